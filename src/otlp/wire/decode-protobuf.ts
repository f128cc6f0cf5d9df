import { EMPTY, emptyMessage } from './empty-message.ts';
import { Malformed, within } from './malformed.ts';
import type { Field, Message, ScalarType } from './message.ts';
import { MAX_VALUE_DEPTH } from './messages.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** A message in the shape of OTLP/JSON: plain objects and arrays, default values left out. */
export type OtlpObject = { [name: string]: OtlpValue };
export type OtlpValue = string | number | boolean | OtlpObject | OtlpValue[];

const READ: Readonly<Record<ScalarType, (reader: ProtobufReader) => string | number | boolean>> = {
  string: (reader) => reader.string(),
  bytes: (reader) => reader.base64(),
  traceId: (reader) => reader.hex(16),
  spanId: (reader) => reader.hex(8),
  bool: (reader) => reader.bool(),
  int32: (reader) => reader.varint() | 0,
  uint32: (reader) => reader.varint(),
  enum: (reader) => reader.varint() | 0,
  sint32: (reader) => {
    const zigzag = reader.varint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  },
  int64: (reader) => reader.int64(),
  uint64: (reader) => reader.uint64(),
  fixed32: (reader) => reader.fixed32(),
  fixed64: (reader) => reader.fixed64(),
  sfixed64: (reader) => reader.sfixed64(),
  double: (reader) => {
    const value = reader.double();
    return Number.isFinite(value) ? value : String(value);
  },
};

const NO_ITEMS: readonly OtlpValue[] = [];

/**
 * Decodes protobuf into the shape of OTLP/JSON, as the OpenTelemetry Collector's file exporter writes it.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function decodeProtobuf(message: Message, bytes: Uint8Array): OtlpObject {
  return guarded(message, () => decodeMessage(undefined, new ProtobufReader(bytes), message, 0));
}

/** Decodes the value of one field, from behind its tag, of a message that has been checked. */
export function decodeField(reader: ProtobufReader, { type }: Field): OtlpValue {
  if (typeof type === 'string') return READ[type](reader);
  reader.enter();
  return decodeContent(reader, type);
}

/** Decodes a message that has been checked, from where the reader is to its end. */
export function decodeContent(reader: ProtobufReader, message: Message): OtlpObject {
  return decodeAfter(undefined, reader, message, 0);
}

/**
 * Checks protobuf without decoding it: after this, `decodeProtobuf` succeeds.
 * @returns how many log records, spans or data points are inside
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function scanProtobuf(message: Message, bytes: Uint8Array): number {
  return guarded(message, () => scan(new ProtobufReader(bytes), message, 0));
}

function guarded<T>(message: Message, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Malformed ? error.toError(`not a protobuf ${message.name}`) : error;
  }
}

/** @param before - what came of the same message earlier: the fields that follow are merged into it */
function decodeMessage(
  before: OtlpObject | undefined,
  reader: ProtobufReader,
  message: Message,
  depth: number,
): OtlpObject {
  const inside = nested(message, depth);
  const out = before ?? {};
  // The last member of a oneof wins. It is set at the end: millions of them may come, each in the place of the other.
  let chosen: string | undefined;
  let choice: OtlpValue = '';
  while (reader.position < reader.end) {
    const tag = reader.tag();
    const field = message.byNumber[tag >>> 3];
    if (field === undefined) {
      checkKnown(message, tag);
      reader.skipUnknown(tag);
      continue;
    }
    if ((tag & 7) !== field.wireType) {
      readPacked(out, reader, field, tag);
      continue;
    }
    const { name, type, repeated, member } = field;
    if (member) chosen = name;
    if (typeof type === 'string') {
      if (repeated) reader.count();
      const value = READ[type](reader);
      if (member) choice = value;
      else set(out, field, value);
      continue;
    }
    const outerEnd = reader.end;
    try {
      reader.enter();
      // A message that comes twice is merged, except in a oneof and in a list.
      const earlier = member || repeated ? undefined : (out[name] as OtlpObject | undefined);
      const value = decodeAfter(earlier, reader, type, inside);
      if (member) choice = value;
      else set(out, field, value);
    } catch (error) {
      throw within(error, `.${name}`);
    }
    reader.end = outerEnd;
  }
  if (chosen !== undefined) {
    if (before !== undefined) removeMembers(before, message);
    out[chosen] = choice;
  }
  for (const name of message.always) out[name] ??= EMPTY;
  return out;
}

function decodeAfter(
  before: OtlpObject | undefined,
  reader: ProtobufReader,
  message: Message,
  depth: number,
): OtlpObject {
  const isEmpty = reader.position >= reader.end;
  if (before === undefined && !isEmpty) return decodeMessage(undefined, reader, message, depth);
  const empty = emptyMessage(message);
  const earlier = before === empty ? undefined : before;
  if (!isEmpty) return decodeMessage(earlier, reader, message, depth);
  nested(message, depth);
  return earlier ?? empty;
}

function removeMembers(out: OtlpObject, { fields }: Message): void {
  for (const { name, member } of fields) if (member && out[name] !== undefined) delete out[name];
}

/** A packed list, item by item; a field of another wire type than its own can be nothing else. */
function readPacked(out: OtlpObject, reader: ProtobufReader, field: Field, tag: number): void {
  const outerEnd = enterPacked(reader, field, tag);
  while (reader.position < reader.end) {
    reader.count();
    set(out, field, READ[field.type as ScalarType](reader));
  }
  reader.end = outerEnd;
}

function scanPacked(reader: ProtobufReader, field: Field, tag: number): void {
  const outerEnd = enterPacked(reader, field, tag);
  while (reader.position < reader.end) {
    reader.count();
    reader.skipScalar(field.wireType, 0);
  }
  reader.end = outerEnd;
}

/** @returns where the message around the list ends */
function enterPacked(reader: ProtobufReader, { name, packed, wireType }: Field, tag: number): number {
  if (!packed || (tag & 7) !== 2) {
    throw new Malformed(`wire type ${tag & 7}, not ${wireType}`).within(`.${name}`);
  }
  const outerEnd = reader.end;
  const length = reader.length();
  reader.end = reader.position + length;
  return outerEnd;
}

function set(out: OtlpObject, { name, repeated, absent }: Field, value: OtlpValue): void {
  if (repeated) {
    const list = out[name] as OtlpValue[] | undefined;
    if (list === undefined) out[name] = listOf(value);
    else list.push(value);
  } else if (value !== absent) {
    out[name] = value;
  } else if (out[name] !== undefined) {
    delete out[name];
  }
}

/**
 * No literal: V8 watches how long the lists of one live, and may make them among the old objects from then on. Dead ones
 * there keep what is in them, whole batches, until all memory is searched.
 */
function listOf(value: OtlpValue): OtlpValue[] {
  const list = NO_ITEMS.slice();
  list.push(value);
  return list;
}

function scan(reader: ProtobufReader, message: Message, depth: number): number {
  const inside = nested(message, depth);
  let count = 0;
  // In the member of the oneof that came last: those of earlier ones are gone with these.
  let inMember = 0;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    const field = message.byNumber[tag >>> 3];
    if (field === undefined) {
      checkKnown(message, tag);
      reader.skipUnknown(tag);
      continue;
    }
    if ((tag & 7) !== field.wireType) {
      scanPacked(reader, field, tag);
      continue;
    }
    const { type } = field;
    if (field.counted) count++;
    if (field.member) inMember = 0;
    if (typeof type === 'string') {
      if (field.repeated) reader.count();
      reader.skipScalar(field.wireType, type === 'traceId' ? 16 : type === 'spanId' ? 8 : 0);
      continue;
    }
    const outerEnd = reader.end;
    try {
      reader.enter();
      const items = scan(reader, type, inside);
      if (field.member) inMember = items;
      else count += items;
    } catch (error) {
      throw within(error, `.${field.name}`);
    }
    reader.end = outerEnd;
  }
  return count + inMember;
}

function nested(message: Message, depth: number): number {
  if (!message.recursive) return depth;
  if (depth >= MAX_VALUE_DEPTH) throw new Malformed(`values nested more than ${MAX_VALUE_DEPTH} deep`);
  return depth + 1;
}

/** Where very old senders have their records: to pass over these as unknown would lose them in silence. */
const DROPPED_FIELD = 1000;

function checkKnown({ holdsItems }: Message, tag: number): void {
  if (holdsItems && tag >>> 3 === DROPPED_FIELD)
    throw new Malformed('records in field 1000, which OTLP has dropped: update the sender');
}
