import type { Batch, Signal } from './batch.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf, type OtlpObject, type OtlpValue, scanProtobuf } from './decode-protobuf.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { jsonBytes } from './json-bytes.ts';
import { LentLine } from './lent-line.ts';
import type { Message } from './message.ts';
import { REQUEST } from './messages.ts';
import { jsonToProtobuf, protobufToJson, scanQuickly } from './transcoder.ts';

const LINE_BREAK = Buffer.from('\n');

/** What a message can be decoded from. */
type Source = Pick<Batch, 'encoding' | 'bytes'>;

/**
 * One OTLP export request on its way: bytes in either encoding and a decoded message, each made at most once, and only
 * when somebody asks for it. Several exporters may ask for the same.
 */
export class OtlpRequest implements Batch {
  readonly signal: Signal;
  readonly encoding: Batch['encoding'];
  declare readonly bytes: Uint8Array;
  readonly count: number;
  /** As it came, unless the message was made here. */
  #source: Source | undefined;
  #decoded: OtlpObject | undefined;
  #protobuf: Uint8Array | undefined;
  /** As JSON, with a line break. */
  #line: LentLine | undefined;

  private constructor(signal: Signal, source: Source | undefined, count?: number, decoded?: OtlpObject) {
    this.signal = signal;
    this.#source = source;
    this.#decoded = decoded;
    this.encoding = source?.encoding ?? 'protobuf';
    // Its own, so that a copy of its properties is a batch too.
    const bytes = source === undefined ? { get: () => this.protobuf() } : { value: source.bytes };
    Object.defineProperty(this, 'bytes', { enumerable: true, ...bytes });
    this.count = count ?? countItems(REQUEST[signal], decoded ?? {});
  }

  /**
   * Reads bytes from outside, and checks all of them.
   * @throws OtelEventsError `OTLP_INVALID`
   */
  static read(signal: Signal, encoding: Batch['encoding'], bytes: Uint8Array): OtlpRequest {
    const [message, source] = [REQUEST[signal], { encoding, bytes }];
    if (encoding === 'protobuf') {
      return new OtlpRequest(signal, source, scanQuickly(message, bytes) ?? scanProtobuf(message, bytes));
    }
    const read = jsonToProtobuf(message, bytes);
    if (read === undefined) return new OtlpRequest(signal, source, undefined, decodeJson(message, bytes));
    const request = new OtlpRequest(signal, source, read.count);
    request.#protobuf = read.protobuf;
    return request;
  }

  /** A batch that has been checked. */
  static of(batch: Batch): OtlpRequest {
    if (batch instanceof OtlpRequest) return batch;
    const { signal, encoding, bytes, count } = batch;
    return new OtlpRequest(signal, { encoding, bytes }, count);
  }

  /** A message that was made here; nobody may change it any more. */
  static from(signal: Signal, decoded: OtlpObject): OtlpRequest {
    return new OtlpRequest(signal, undefined, undefined, decoded);
  }

  /** Whether `decoded` has the message already. */
  get isDecoded(): boolean {
    return this.#decoded !== undefined;
  }

  /**
   * As plain objects in the shape of OTLP/JSON. They are shared: nobody may change them.
   * @throws OtelEventsError `OTLP_INVALID`
   */
  decoded(): OtlpObject {
    this.#decoded ??= this.#decode(REQUEST[this.signal]);
    return this.#decoded;
  }

  #decode(message: Message): OtlpObject {
    const { encoding, bytes } = this.#source as Source;
    if (encoding === 'protobuf') return decodeProtobuf(message, bytes);
    return this.#protobuf === undefined
      ? decodeJson(message, bytes)
      : decodeProtobuf(message, this.#protobuf);
  }

  /** As protobuf; bytes that are protobuf already stay untouched. */
  protobuf(): Uint8Array {
    if (this.#source?.encoding === 'protobuf') return this.#source.bytes;
    this.#protobuf ??= this.#toProtobuf(REQUEST[this.signal]);
    return this.#protobuf;
  }

  #toProtobuf(message: Message): Uint8Array {
    const source = this.#decoded === undefined ? this.#source : undefined;
    const read = source?.encoding === 'json' ? jsonToProtobuf(message, source.bytes) : undefined;
    return read?.protobuf ?? encodeProtobuf(message, this.decoded());
  }

  /**
   * As canonical OTLP/JSON on one line, without a line break. The keys stand in the order of the messages' declaration,
   * but for messages of many megabytes.
   */
  json(): Uint8Array {
    return this.jsonLine().bytes.subarray(0, -1);
  }

  /** The same with a line break, for one who may give it back. */
  jsonLine(): LentLine {
    if (this.#line === undefined || this.#line.isGone) this.#line = new LentLine(this.#toLine());
    return this.#line.lend();
  }

  #toLine(): Uint8Array {
    const message = REQUEST[this.signal];
    const protobuf = this.protobuf();
    const line = protobufToJson(message, protobuf);
    if (line !== undefined) return line;
    // What came in pieces is put together, and what is no UTF-8 replaced.
    const whole = encodeProtobuf(message, this.decoded());
    return protobufToJson(message, whole) ?? Buffer.concat([jsonBytes(this.decoded(), protobuf), LINE_BREAK]);
  }

  /**
   * Lets go of all but its bytes: objects take many times the memory, and must not live for as long as a slow exporter
   * holds the request. Who asks later has them made again.
   */
  forget(): void {
    this.#source ??= { encoding: 'protobuf', bytes: this.protobuf() };
    this.#decoded = undefined;
    this.#protobuf = undefined;
    this.#line = undefined;
  }
}

/** How many log records, spans or data points a decoded message holds. */
function countItems(message: Message, value: OtlpObject): number {
  let count = 0;
  for (const { name, type, counted } of message.fields) {
    const inside = value[name];
    if (counted) count += (inside as OtlpValue[] | undefined)?.length ?? 0;
    else if (inside !== undefined && typeof type === 'object' && type.holdsItems) {
      const parts = Array.isArray(inside) ? inside : [inside];
      for (const part of parts) count += countItems(type, part as OtlpObject);
    }
  }
  return count;
}
