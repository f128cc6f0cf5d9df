import { BackwardWriter } from './backward-writer.ts';
import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import type { Field, Message, ScalarType } from './message.ts';

/**
 * Encodes a decoded message as protobuf.
 * @param value - as `decodeProtobuf` and `decodeJson` return it: what they have not checked is not checked here
 */
export function encodeProtobuf(message: Message, value: OtlpObject): Uint8Array {
  const writer = new BackwardWriter();
  writeMessage(writer, message, value);
  return writer.written();
}

/** Encodes one field, with its tag; of a list all items. */
export function encodeField(field: Field, value: OtlpValue): Uint8Array {
  const writer = new BackwardWriter();
  writeValues(writer, field, value);
  return writer.written();
}

/** Last field first, so that the length of a nested message is known when it has to be written. */
function writeMessage(writer: BackwardWriter, message: Message, value: OtlpObject): void {
  if (message.isOneof) {
    // Of many fields one is there, as a rule: values of attributes are most of what is written.
    for (const name in value) {
      const field = message.byName.get(name);
      const given = value[name];
      if (field !== undefined && given !== undefined) writeField(writer, field, given);
    }
    return;
  }
  for (let index = message.fields.length - 1; index >= 0; index--) {
    const field = message.fields[index] as Field;
    const given = value[field.name];
    if (given !== undefined) writeValues(writer, field, given);
  }
}

function writeValues(writer: BackwardWriter, field: Field, given: OtlpValue): void {
  if (!Array.isArray(given)) writeField(writer, field, given);
  else if (field.packed) writePacked(writer, field, given);
  else for (let at = given.length - 1; at >= 0; at--) writeField(writer, field, given[at] as OtlpValue);
}

function writePacked(writer: BackwardWriter, { type, number }: Field, list: readonly OtlpValue[]): void {
  if (list.length === 0) return;
  const end = writer.length;
  const write = WRITE[type as ScalarType];
  for (let at = list.length - 1; at >= 0; at--) write(writer, list[at] as OtlpValue);
  writer.varint(writer.length - end);
  writer.varint(number * 8 + 2);
}

function writeField(writer: BackwardWriter, field: Field, value: OtlpValue): void {
  const { type } = field;
  const end = writer.length;
  if (typeof type === 'object') writeMessage(writer, type, value as OtlpObject);
  else WRITE[type](writer, value);
  if (field.wireType === 2) writer.varint(writer.length - end);
  writer.varint(field.number * 8 + field.wireType);
}

const WRITE: Readonly<Record<ScalarType, (writer: BackwardWriter, value: OtlpValue) => void>> = {
  string: (writer, value) => writer.string(value as string, 'utf8'),
  bytes: (writer, value) => writer.string(value as string, 'base64'),
  traceId: (writer, value) => writer.string(value as string, 'hex'),
  spanId: (writer, value) => writer.string(value as string, 'hex'),
  bool: (writer, value) => writer.varint(value === true ? 1 : 0),
  int32: (writer, value) => writer.int64(value as number),
  uint32: (writer, value) => writer.varint(value as number),
  enum: (writer, value) => writer.int64(value as number),
  // Zigzag: small negative numbers take few bytes too.
  sint32: (writer, value) => writer.varint((((value as number) << 1) ^ ((value as number) >> 31)) >>> 0),
  int64: (writer, value) => writer.int64(value as string),
  uint64: (writer, value) => writer.int64(value as string),
  fixed32: (writer, value) => writer.fixed32(value as number),
  fixed64: (writer, value) => writer.fixed64(value as string),
  sfixed64: (writer, value) => writer.fixed64(value as string),
  double: (writer, value) => writer.double(Number(value)),
};
