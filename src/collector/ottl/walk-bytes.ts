import { decodeProtobuf, scanProtobuf } from '../../otlp/wire/decode-protobuf.ts';
import type { Field, Message } from '../../otlp/wire/message.ts';
import { REQUEST } from '../../otlp/wire/messages.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { PieceWriter } from '../../otlp/wire/piece-writer.ts';
import { ProtobufReader } from '../../otlp/wire/protobuf-reader.ts';
import { type OpenedBytes, openBytes, scanQuickly } from '../../otlp/wire/transcoder.ts';
import type { Visit } from './visit.ts';
import { visitResources } from './walk-decoded.ts';

/** The tag of what is in a request: the same for all signals. */
const RESOURCES = 0x0a;

/** What a visit leaves of a request. */
interface Left {
  readonly bytes: Uint8Array;
  readonly isChanged: boolean;
}

/**
 * Visits all of a request that nobody has decoded, one `ResourceLogs` or its like after the other: what the visit leaves
 * as it was is copied, and what it changes is encoded.
 * @returns the request itself if nothing was changed; undefined of what has to be decoded: where events or data points
 * are visited, what is too large, and where there is no WebAssembly
 */
export function walkBytes(request: OtlpRequest, visit: Visit): OtlpRequest | undefined {
  if (visit.inner !== undefined || request.isDecoded) return undefined;
  const before = request.protobuf();
  const left = openBytes(before, (opened) => new Walk(request, before, opened, visit).run());
  if (left === undefined) return undefined;
  const { signal } = request;
  const { bytes, isChanged } = left;
  if (!isChanged) return request;
  const message = REQUEST[signal];
  const count = scanQuickly(message, bytes) ?? scanProtobuf(message, bytes);
  return OtlpRequest.of({ signal, encoding: 'protobuf', bytes, count });
}

/** Where a field stands in the bytes, and where its content begins. */
type Visitor = (start: number, content: number, end: number) => void;

class Walk {
  readonly #request: OtlpRequest;
  readonly #bytes: Uint8Array;
  readonly #visit: Visit;
  readonly #reader: ProtobufReader;
  readonly #writer: PieceWriter;
  readonly #list: Field;
  #isChanged = false;

  constructor(request: OtlpRequest, bytes: Uint8Array, opened: OpenedBytes, visit: Visit) {
    this.#request = request;
    this.#bytes = bytes;
    this.#visit = visit;
    this.#reader = new ProtobufReader(bytes);
    this.#writer = new PieceWriter(opened);
    const [list] = REQUEST[request.signal].fields;
    this.#list = list as Field;
  }

  run(): Left {
    this.#each(0, this.#bytes.length, RESOURCES, (start, content, end) =>
      this.#resource(start, content, end),
    );
    const isChanged = this.#isChanged;
    return { bytes: isChanged ? this.#writer.finish() : this.#bytes, isChanged };
  }

  #resource(start: number, content: number, end: number): void {
    const item = decodeProtobuf(this.#list.type as Message, this.#bytes.subarray(content, end));
    const [after] = visitResources(this.#request.signal, [item], this.#visit);
    if (after === item) {
      this.#writer.copy(start, end);
      return;
    }
    this.#isChanged = true;
    if (after !== undefined) this.#writer.field(this.#list, after);
  }

  /** Goes through the fields with a tag. */
  #each(from: number, end: number, wanted: number, visit: Visitor): void {
    const reader = this.#reader;
    for (let start = from; start < end; start = reader.position) {
      reader.goTo(start, end);
      const tag = reader.tag();
      if (tag !== wanted) {
        reader.skipUnknown(tag);
        continue;
      }
      const length = reader.length();
      const content = reader.position;
      visit(start, content, content + length);
      reader.goTo(content + length, end);
    }
  }
}
