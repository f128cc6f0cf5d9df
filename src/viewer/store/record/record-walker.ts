import { plainValue } from '../../../otlp/values/plain-value.ts';
import { decodeProtobuf } from '../../../otlp/wire/decode-protobuf.ts';
import { VALUE } from '../../../otlp/wire/messages.ts';
import { ProtobufReader } from '../../../otlp/wire/protobuf-reader.ts';
import {
  ANY_VALUE,
  KEY_VALUE,
  LOG_RECORD,
  SPAN,
  SPAN_STATUS,
  VALUES,
} from '../../../otlp/wire/record-tags.ts';
import { SPAN_STATUSES, type SpanStatus } from '../event-store.ts';
import type { PathNode } from './path-node.ts';
import { SplitTime } from './split-time.ts';

/** Takes the values of a record, one by one. */
export interface LeafSink {
  text(place: PathNode, value: string): void;
  number(place: PathNode, value: number): void;
  /** True, false or the empty value. */
  flag(place: PathNode, value: boolean | null): void;
  /** A text in the body. */
  bodyText(value: string): void;
}

/** Reads records that have been checked, from protobuf: fields of a row here, values of attributes to a sink. */
export class RecordWalker {
  isSpan = false;
  /** Of the event or the start of the span; 0 of a log record without any time. */
  timeMs = 0;
  name = '';
  severity = 0;
  traceId = '';
  spanId = '';
  parentId = '';
  durationMs: number | undefined;
  status: SpanStatus = 'unset';
  /** Its text, or its JSON. */
  body: string | undefined;
  uid: string | undefined;
  readonly #bytes: Buffer;
  readonly #reader: ProtobufReader;
  readonly #root: PathNode;
  readonly #uid: PathNode;
  readonly #duration: PathNode;
  readonly #start = new SplitTime();
  readonly #end = new SplitTime();
  #sink: LeafSink;

  /** @param root - whose nodes the sink is given */
  constructor(bytes: Uint8Array, root: PathNode, sink: LeafSink) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = new ProtobufReader(bytes);
    this.#root = root;
    this.#sink = sink;
    this.#uid = root.child('log.record.uid', true);
    this.#duration = root.child('event.duration', true);
  }

  /** Reads the record between two places of the bytes. */
  walk(isSpan: boolean, start: number, end: number): void {
    this.isSpan = isSpan;
    this.timeMs = 0;
    this.name = '';
    this.severity = 0;
    this.traceId = '';
    this.spanId = '';
    this.parentId = '';
    this.durationMs = undefined;
    this.status = 'unset';
    this.body = undefined;
    this.uid = undefined;
    this.#reader.position = start;
    this.#reader.end = end;
    if (isSpan) this.#span(end);
    else this.#log(end);
  }

  #log(end: number): void {
    const reader = this.#reader;
    let observedMs = 0;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === LOG_RECORD.attributes) this.#attribute(this.#root, true);
      else if (tag === LOG_RECORD.time) this.timeMs = this.#timeInto(this.#start);
      else if (tag === LOG_RECORD.observedTime) observedMs = this.#timeInto(this.#end);
      else if (tag === LOG_RECORD.severityNumber) this.severity = reader.varint() | 0;
      else if (tag === LOG_RECORD.eventName) this.name = reader.string();
      else if (tag === LOG_RECORD.traceId) this.traceId = reader.hex(16);
      else if (tag === LOG_RECORD.spanId) this.spanId = reader.hex(8);
      else if (tag === LOG_RECORD.body) this.#body();
      else reader.skipUnknown(tag);
    }
    if (this.timeMs === 0) this.timeMs = observedMs;
  }

  #span(end: number): void {
    const reader = this.#reader;
    this.#start.set(0, 0);
    this.#end.set(0, 0);
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === SPAN.attributes) this.#attribute(this.#root, true);
      else if (tag === SPAN.startTime) this.timeMs = this.#timeInto(this.#start);
      else if (tag === SPAN.endTime) this.#timeInto(this.#end);
      else if (tag === SPAN.name) this.name = reader.string();
      else if (tag === SPAN.traceId) this.traceId = reader.hex(16);
      else if (tag === SPAN.spanId) this.spanId = reader.hex(8);
      else if (tag === SPAN.parentSpanId) this.parentId = reader.hex(8);
      else if (tag === SPAN.status) this.#status();
      else reader.skipUnknown(tag);
    }
    // A span that has not ended has no duration.
    const durationMs = this.#end.since(this.#start);
    this.durationMs = durationMs >= 0 ? durationMs : undefined;
  }

  #timeInto(time: SplitTime): number {
    const at = this.#reader.position;
    this.#reader.fixed32();
    this.#reader.fixed32();
    time.set(this.#bytes.readUInt32LE(at + 4), this.#bytes.readUInt32LE(at));
    return time.ms;
  }

  #status(): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === SPAN_STATUS.code) this.status = SPAN_STATUSES[reader.varint()] ?? 'unset';
      else reader.skipUnknown(tag);
    }
    reader.end = outerEnd;
  }

  #body(): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    const { position: start, end } = reader;
    this.body = undefined;
    if (start < end && this.#bytes[start] === ANY_VALUE.string) {
      reader.tag();
      const text = reader.string();
      if (reader.position === end) this.body = text;
    }
    if (this.body === undefined && start < end) {
      const value = plainValue(decodeProtobuf(VALUE, this.#bytes.subarray(start, end)));
      this.body = typeof value === 'string' ? value : value === null ? undefined : JSON.stringify(value);
      eachText(value, this.#sink);
    } else if (this.body !== undefined) this.#sink.bodyText(this.body);
    reader.position = end;
    reader.end = outerEnd;
  }

  /** A key and its value; of fields that come twice the last one counts. */
  #attribute(parent: PathNode, isTop: boolean): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    const { end } = reader;
    let place: PathNode | undefined;
    let valueAt = -1;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === KEY_VALUE.key) place = this.#place(parent, isTop);
      else if (tag === KEY_VALUE.value) {
        valueAt = reader.position;
        const length = reader.length();
        reader.position += length;
      } else reader.skipUnknown(tag);
    }
    place ??= parent.child('', isTop);
    if (valueAt < 0) this.#sink.flag(place, null);
    else {
      reader.position = valueAt;
      this.#value(place);
    }
    reader.position = end;
    reader.end = outerEnd;
  }

  /** The place that a key names: as a rule the one that came after the last one in the record before. */
  #place(parent: PathNode, isTop: boolean): PathNode {
    const reader = this.#reader;
    const start = reader.position;
    const length = reader.length();
    const at = reader.position;
    const guess = parent.guess();
    if (guess?.isKey(this.#bytes, at, length)) {
      reader.position = at + length;
      return parent.found(guess);
    }
    reader.position = start;
    return parent.found(parent.child(reader.string(), isTop));
  }

  /** A value with its length. */
  #value(place: PathNode): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    const { end } = reader;
    let at = reader.position;
    // All but the last member of a oneof are passed over; there is one as a rule.
    for (let next = at; next < end; next = reader.position) {
      reader.position = next;
      const tag = reader.tag();
      if (isMember(tag)) at = next;
      reader.skipUnknown(tag);
    }
    reader.position = at;
    if (at === end) this.#sink.flag(place, null);
    else this.#member(place, reader.tag());
    reader.position = end;
    reader.end = outerEnd;
  }

  #member(place: PathNode, tag: number): void {
    const reader = this.#reader;
    if (tag === ANY_VALUE.string) this.#text(place, reader.string());
    else if (tag === ANY_VALUE.int) this.#integer(place);
    else if (tag === ANY_VALUE.double) {
      const value = reader.double();
      if (Number.isFinite(value)) this.#number(place, value);
      else this.#text(place, String(value));
    } else if (tag === ANY_VALUE.bool) this.#sink.flag(place, reader.bool());
    else if (tag === ANY_VALUE.map || tag === ANY_VALUE.array) this.#items(place, tag === ANY_VALUE.map);
    else if (tag === ANY_VALUE.bytes) this.#text(place, reader.base64());
    else this.#sink.flag(place, null);
  }

  #text(place: PathNode, value: string): void {
    if (place === this.#uid) this.uid = value;
    this.#sink.text(place, value);
  }

  #integer(place: PathNode): void {
    const value = this.#reader.integer();
    if (typeof value === 'number') this.#number(place, value);
    else this.#text(place, value);
  }

  #number(place: PathNode, value: number): void {
    if (place === this.#duration && !this.isSpan) this.durationMs = value * 1000;
    this.#sink.number(place, value);
  }

  #items(place: PathNode, isMap: boolean): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    reader.enter();
    const { end } = reader;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag !== VALUES) reader.skipUnknown(tag);
      else if (isMap) this.#attribute(place, false);
      else this.#value(place);
    }
    reader.end = outerEnd;
  }
}

function isMember(tag: number): boolean {
  return (
    tag === ANY_VALUE.string ||
    tag === ANY_VALUE.int ||
    tag === ANY_VALUE.double ||
    tag === ANY_VALUE.bool ||
    tag === ANY_VALUE.map ||
    tag === ANY_VALUE.array ||
    tag === ANY_VALUE.bytes ||
    tag === ANY_VALUE.stringIndex
  );
}

function eachText(value: unknown, sink: LeafSink): void {
  if (typeof value === 'string') sink.bodyText(value);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) eachText(item, sink);
  }
}
