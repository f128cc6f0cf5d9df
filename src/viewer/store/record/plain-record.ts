import type { AnyValue, KeyValue } from '../../../otlp/values/any-value.ts';
import type { AttributeValue } from '../../../otlp/values/attribute-value.ts';
import { plainMap, plainValue } from '../../../otlp/values/plain-value.ts';
import { setOwn } from '../../../otlp/values/set-own.ts';
import { decodeProtobuf } from '../../../otlp/wire/decode-protobuf.ts';
import { RECORD } from '../../../otlp/wire/messages.ts';
import { ProtobufReader } from '../../../otlp/wire/protobuf-reader.ts';
import {
  ANY_VALUE,
  KEY_VALUE,
  LOG_RECORD,
  SPAN,
  SPAN_STATUS,
  VALUES,
} from '../../../otlp/wire/record-tags.ts';
import { KeyTexts } from './key-texts.ts';

/** A log record or span, as far as rows have it. Texts are `''` where there is none, times 0. */
export interface PlainRecord {
  /** Of the event or the start of the span, in nanoseconds. */
  nanos: bigint;
  observedNanos: bigint;
  /** Of a span. */
  endNanos: bigint;
  /** Of the event or the span. */
  name: string;
  severity: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  statusCode: number;
  body: AttributeValue;
  readonly attributes: Record<string, AttributeValue>;
}

const keys = new KeyTexts();

/** Reads a record that has been checked, straight from protobuf: decoded first, it takes three times as long. */
export function readPlainRecord(isSpan: boolean, bytes: Buffer, start: number, end: number): PlainRecord {
  return new Reading(bytes, start, end).read(isSpan) ?? decoded(isSpan, bytes.subarray(start, end));
}

/**
 * The attributes of a record with `''` in the place of each text, for who asks only what kinds there are: to make the texts takes
 * half of the time.
 */
export function readAttributeKinds(
  isSpan: boolean,
  bytes: Buffer,
  start: number,
  end: number,
): PlainRecord['attributes'] {
  const kinds = new Reading(bytes, start, end, true).read(isSpan);
  return (kinds ?? decoded(isSpan, bytes.subarray(start, end))).attributes;
}

function empty(): PlainRecord {
  return {
    nanos: 0n,
    observedNanos: 0n,
    endNanos: 0n,
    name: '',
    severity: 0,
    traceId: '',
    spanId: '',
    parentSpanId: '',
    statusCode: 0,
    body: null,
    attributes: {},
  };
}

class Reading {
  readonly #bytes: Buffer;
  readonly #reader: ProtobufReader;
  readonly #end: number;
  readonly #isForKinds: boolean;
  readonly #record = empty();
  /** A message came twice where there is one as a rule: the parts of such are put together, which is not done here. */
  #isParted = false;
  #bodies = 0;
  #statuses = 0;

  constructor(bytes: Buffer, start: number, end: number, isForKinds = false) {
    this.#isForKinds = isForKinds;
    this.#bytes = bytes;
    this.#reader = new ProtobufReader(bytes);
    this.#reader.goTo(start, end);
    this.#end = end;
  }

  /** Undefined of one that has a message in parts. */
  read(isSpan: boolean): PlainRecord | undefined {
    while (this.#reader.position < this.#end) {
      const tag = this.#reader.tag();
      if (isSpan) this.#spanField(tag);
      else this.#logField(tag);
    }
    return this.#isParted || this.#bodies > 1 || this.#statuses > 1 ? undefined : this.#record;
  }

  #logField(tag: number): void {
    const [reader, record] = [this.#reader, this.#record];
    if (tag === LOG_RECORD.attributes) this.#attribute(record.attributes);
    else if (this.#isForKinds) reader.skipUnknown(tag);
    else if (tag === LOG_RECORD.time) record.nanos = this.#nanos();
    else if (tag === LOG_RECORD.observedTime) record.observedNanos = this.#nanos();
    else if (tag === LOG_RECORD.severityNumber) record.severity = reader.varint() | 0;
    else if (tag === LOG_RECORD.eventName) record.name = this.#name();
    else if (tag === LOG_RECORD.traceId) record.traceId = reader.hex(16);
    else if (tag === LOG_RECORD.spanId) record.spanId = reader.hex(8);
    else if (tag === LOG_RECORD.body) {
      this.#bodies++;
      record.body = this.#value();
    } else reader.skipUnknown(tag);
  }

  #spanField(tag: number): void {
    const [reader, record] = [this.#reader, this.#record];
    if (tag === SPAN.attributes) this.#attribute(record.attributes);
    else if (this.#isForKinds) reader.skipUnknown(tag);
    else if (tag === SPAN.startTime) record.nanos = this.#nanos();
    else if (tag === SPAN.endTime) record.endNanos = this.#nanos();
    else if (tag === SPAN.name) record.name = this.#name();
    else if (tag === SPAN.traceId) record.traceId = reader.hex(16);
    else if (tag === SPAN.spanId) record.spanId = reader.hex(8);
    else if (tag === SPAN.parentSpanId) record.parentSpanId = reader.hex(8);
    else if (tag === SPAN.status) this.#status();
    else reader.skipUnknown(tag);
  }

  #nanos(): bigint {
    const at = this.#reader.position;
    this.#reader.skipScalar(1, 0);
    return this.#bytes.readBigUInt64LE(at);
  }

  #name(): string {
    const length = this.#reader.length();
    const start = this.#reader.position;
    this.#reader.position = start + length;
    return keys.read(this.#bytes, start, start + length);
  }

  #status(): void {
    const reader = this.#reader;
    this.#statuses++;
    reader.enter();
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === SPAN_STATUS.code) this.#record.statusCode = reader.varint() | 0;
      else reader.skipUnknown(tag);
    }
    reader.end = this.#end;
  }

  /** A key and its value; of attributes with the same key the last one counts. */
  #attribute(map: Record<string, AttributeValue>): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    let key = '';
    let values = 0;
    let value: AttributeValue = null;
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === KEY_VALUE.key) key = this.#name();
      else if (tag === KEY_VALUE.value) {
        values++;
        value = this.#value();
      } else reader.skipUnknown(tag);
    }
    if (values > 1) this.#isParted = true;
    setOwn(map, key, value);
    reader.end = outerEnd;
  }

  /** A value with its length. It is a oneof: its last member counts. */
  #value(): AttributeValue {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    let value: AttributeValue = null;
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (this.#isForKinds && (tag === ANY_VALUE.string || tag === ANY_VALUE.bytes)) {
        reader.skipUnknown(tag);
        value = '';
      } else if (tag === ANY_VALUE.string) value = reader.string();
      else if (tag === ANY_VALUE.int) value = reader.integer();
      else if (tag === ANY_VALUE.double) {
        const double = reader.double();
        value = Number.isFinite(double) ? double : String(double);
      } else if (tag === ANY_VALUE.bool) value = reader.bool();
      else if (tag === ANY_VALUE.map) value = this.#map();
      else if (tag === ANY_VALUE.array) value = this.#list();
      else if (tag === ANY_VALUE.bytes) value = reader.base64();
      else {
        reader.skipUnknown(tag);
        if (tag === ANY_VALUE.stringIndex) value = null;
      }
    }
    reader.end = outerEnd;
    return value;
  }

  #map(): AttributeValue {
    const map: Record<string, AttributeValue> = {};
    this.#each(() => this.#attribute(map));
    return map;
  }

  #list(): AttributeValue {
    const list: AttributeValue[] = [];
    this.#each(() => list.push(this.#value()));
    return list;
  }

  /** Calls for each item of a list or a map, where it stands. */
  #each(item: () => void): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === VALUES) item();
      else reader.skipUnknown(tag);
    }
    reader.end = outerEnd;
  }
}

/** The shape of a decoded log record or span, as far as rows have it. */
interface Decoded {
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly eventName?: string;
  readonly name?: string;
  readonly severityNumber?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
}

/** The same by the general reader, which knows all that protobuf allows. */
function decoded(isSpan: boolean, bytes: Uint8Array): PlainRecord {
  const record = decodeProtobuf(isSpan ? RECORD.traces : RECORD.logs, bytes) as Decoded;
  return {
    nanos: BigInt(record.startTimeUnixNano ?? record.timeUnixNano ?? 0),
    observedNanos: BigInt(record.observedTimeUnixNano ?? 0),
    endNanos: BigInt(record.endTimeUnixNano ?? 0),
    name: record.eventName ?? record.name ?? '',
    severity: record.severityNumber ?? 0,
    traceId: record.traceId ?? '',
    spanId: record.spanId ?? '',
    parentSpanId: record.parentSpanId ?? '',
    statusCode: record.status?.code ?? 0,
    body: plainValue(record.body),
    attributes: plainMap(record.attributes),
  };
}
