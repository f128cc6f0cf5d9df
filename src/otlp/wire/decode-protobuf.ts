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
  return guarded(message, () => decodeInto({}, new ProtobufReader(bytes), message, 0));
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

function decodeInto(out: OtlpObject, reader: ProtobufReader, message: Message, depth: number): OtlpObject {
  const inside = nested(message, depth);
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
    if (field.packed && (tag & 7) === 2) {
      readPacked(reader, () => set(out, field, READ[field.type as ScalarType](reader)));
      continue;
    }
    checkWireType(field, tag);
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
      const before = member || repeated ? undefined : (out[name] as OtlpObject | undefined);
      const value = decodeAfter(before, reader, type, inside);
      if (member) choice = value;
      else set(out, field, value);
    } catch (error) {
      throw within(error, `.${name}`);
    }
    reader.end = outerEnd;
  }
  if (chosen !== undefined) {
    // Of a message that is merged with an earlier one.
    for (const { name, member } of message.fields) if (member && out[name] !== undefined) delete out[name];
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
  const empty = emptyMessage(message);
  const isNew = before === undefined || before === empty;
  if (reader.position < reader.end) return decodeInto(isNew ? {} : before, reader, message, depth);
  nested(message, depth);
  return isNew ? empty : before;
}

/** A packed list, item by item. */
function readPacked(reader: ProtobufReader, readItem: () => void): void {
  const outerEnd = reader.end;
  const length = reader.length();
  reader.end = reader.position + length;
  while (reader.position < reader.end) {
    reader.count();
    readItem();
  }
  reader.end = outerEnd;
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
  while (reader.position < reader.end) {
    const tag = reader.tag();
    const field = message.byNumber[tag >>> 3];
    if (field === undefined) {
      checkKnown(message, tag);
      reader.skipUnknown(tag);
      continue;
    }
    if (field.packed && (tag & 7) === 2) {
      readPacked(reader, () => reader.skipScalar(field.wireType, 0));
      continue;
    }
    checkWireType(field, tag);
    const { type } = field;
    if (field.counted) count++;
    if (typeof type === 'string') {
      if (field.repeated) reader.count();
      reader.skipScalar(field.wireType, type === 'traceId' ? 16 : type === 'spanId' ? 8 : 0);
      continue;
    }
    const outerEnd = reader.end;
    try {
      reader.enter();
      count += scan(reader, type, inside);
    } catch (error) {
      throw within(error, `.${field.name}`);
    }
    reader.end = outerEnd;
  }
  return count;
}

function nested(message: Message, depth: number): number {
  if (!message.recursive) return depth;
  if (depth >= MAX_VALUE_DEPTH) throw new Malformed(`values nested more than ${MAX_VALUE_DEPTH} deep`);
  return depth + 1;
}

function checkWireType(field: Field, tag: number): void {
  if ((tag & 7) !== field.wireType) {
    throw new Malformed(`wire type ${tag & 7}, not ${field.wireType}`).within(`.${field.name}`);
  }
}

/** Where very old senders have their records: to pass over these as unknown would lose them in silence. */
const DROPPED_FIELD = 1000;

function checkKnown({ holdsItems }: Message, tag: number): void {
  if (holdsItems && tag >>> 3 === DROPPED_FIELD)
    throw new Malformed('records in field 1000, which OTLP has dropped: update the sender');
}
