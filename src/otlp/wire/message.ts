/** How a field that is not a message is written; `traceId` and `spanId` are bytes shown as hex in JSON. */
export type ScalarType =
  | 'string'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'enum'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'double';

/** A field of a message, as the .proto file declares it. */
export interface Field {
  readonly number: number;
  /** The lowerCamelCase name that JSON uses. */
  readonly name: string;
  readonly type: ScalarType | Message;
  /** The wire type in protobuf: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wireType: number;
  readonly repeated: boolean;
  /** What a field that is not there means: in decoded OTLP it is left out. Undefined of a message. */
  readonly absent: string | number | boolean | undefined;
  /** Written even when empty, as the OpenTelemetry Collector does. */
  readonly always: boolean;
  /** One log record or one span each: what is counted. */
  readonly counted: boolean;
  /** The names of an enum's values, by number. JSON should not use them, but some senders do. */
  readonly enumNames: readonly string[];
}

/** A protobuf message type. */
export interface Message {
  readonly name: string;
  /** At most one field is set, and it counts as set even when it holds a default value. */
  readonly oneof: boolean;
  /** Can contain itself: the only nesting without a natural end. */
  readonly recursive: boolean;
  /** In the order of declaration. */
  readonly fields: readonly Field[];
  /** The names of those that are written even when empty. */
  readonly always: readonly string[];
  /** The same by field number; numbers here are small. */
  readonly byNumber: readonly (Field | undefined)[];
  /** The same by JSON name, and by the name in the .proto file, which the JSON mapping accepts too. */
  readonly byName: ReadonlyMap<string, Field>;
}

interface FieldOptions {
  readonly repeated?: boolean;
  readonly always?: boolean;
  readonly counted?: boolean;
  readonly enumNames?: readonly string[];
}

/** Each type has its own: the text `0` is a text, and the integer 0 of 64 bits is one in text. */
const ABSENT: Readonly<Record<ScalarType, string | number | boolean>> = {
  string: '',
  bytes: '',
  traceId: '',
  spanId: '',
  bool: false,
  int32: 0,
  uint32: 0,
  enum: 0,
  int64: '0',
  fixed32: 0,
  fixed64: '0',
  double: 0,
};

/** A field that is told by its number, its JSON name and its type. */
export function field(number: number, name: string, type: Field['type'], options: FieldOptions = {}): Field {
  const { repeated = false, always = false, counted = false, enumNames = [] } = options;
  const absent = typeof type === 'string' ? ABSENT[type] : undefined;
  return { number, name, type, wireType: wireTypeOf(type), repeated, absent, always, counted, enumNames };
}

function wireTypeOf(type: Field['type']): number {
  if (type === 'fixed64' || type === 'double') return 1;
  if (type === 'fixed32') return 5;
  const delimited = typeof type === 'object' || ['string', 'bytes', 'traceId', 'spanId'].includes(type);
  return delimited ? 2 : 0;
}

/** A message with these fields. */
export function message(name: string, fields: readonly Field[]): Message {
  return fill(open(name, { oneof: false, recursive: false }), fields);
}

/** A message whose fields are still to come. */
export interface OpenMessage extends Message {
  readonly fields: Field[];
  readonly always: string[];
  readonly byNumber: (Field | undefined)[];
  readonly byName: Map<string, Field>;
}

/** A message without its fields yet, so that messages can contain each other. */
export function open(name: string, flags: Pick<Message, 'oneof' | 'recursive'>): OpenMessage {
  return { name, ...flags, fields: [], always: [], byNumber: [], byName: new Map() };
}

/** Gives an open message its fields. */
export function fill(target: OpenMessage, fields: readonly Field[]): Message {
  for (const one of fields) {
    target.fields.push(one);
    if (one.always) target.always.push(one.name);
    target.byNumber[one.number] = one;
    target.byName.set(
      one.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one,
    );
    target.byName.set(one.name, one);
  }
  return target;
}
