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
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
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
  /** Numbers that follow each other in one length-delimited field; a sender may write them one by one all the same. */
  readonly packed: boolean;
  /** Of the message's oneof: set in the place of its other members, even when it holds a default value. */
  readonly member: boolean;
  /**
   * What a field that is not there means: in decoded OTLP it is left out. Undefined of a message, of a member of a
   * oneof, and of a field that the .proto file calls optional: there a default value is a value.
   */
  readonly absent: string | number | boolean | undefined;
  /** Written even when empty, as the OpenTelemetry Collector does. */
  readonly always: boolean;
  /** One log record, one span or one data point of a metric each: what is counted. */
  readonly counted: boolean;
  /** The names of an enum's values, by number. JSON should not use them, but some senders do. */
  readonly enumNames: readonly string[];
}

/** A protobuf message type. */
export interface Message {
  readonly name: string;
  /** Some of its fields are members of a oneof; no message here has two of these. */
  readonly oneof: boolean;
  /** All of its fields are: it has one value, of many kinds. */
  readonly isOneof: boolean;
  /** What is counted is in it, or in what is inside it. */
  readonly holdsItems: boolean;
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
  readonly member?: boolean;
  readonly optional?: boolean;
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
  sint32: 0,
  int64: '0',
  uint64: '0',
  fixed32: 0,
  fixed64: '0',
  sfixed64: '0',
  double: 0,
};

/** A field that is told by its number, its JSON name and its type. */
export function field(number: number, name: string, type: Field['type'], options: FieldOptions = {}): Field {
  const { repeated = false, member = false, optional = false, always = false, counted = false } = options;
  const { enumNames = [] } = options;
  const wireType = wireTypeOf(type);
  const absent = typeof type === 'string' && !member && !optional ? ABSENT[type] : undefined;
  const packed = repeated && wireType !== 2;
  return { number, name, type, wireType, repeated, packed, member, absent, always, counted, enumNames };
}

function wireTypeOf(type: Field['type']): number {
  if (type === 'fixed64' || type === 'sfixed64' || type === 'double') return 1;
  if (type === 'fixed32') return 5;
  const delimited = typeof type === 'object' || ['string', 'bytes', 'traceId', 'spanId'].includes(type);
  return delimited ? 2 : 0;
}

/** A message with these fields. */
export function message(name: string, fields: readonly Field[]): Message {
  return fill(open(name), fields);
}

/** A message whose fields are still to come. */
export interface OpenMessage extends Message {
  oneof: boolean;
  isOneof: boolean;
  holdsItems: boolean;
  readonly fields: Field[];
  readonly always: string[];
  readonly byNumber: (Field | undefined)[];
  readonly byName: Map<string, Field>;
}

/** A message without its fields yet, so that messages can contain each other. */
export function open(
  name: string,
  { recursive = false }: { readonly recursive?: boolean } = {},
): OpenMessage {
  return {
    name,
    oneof: false,
    isOneof: false,
    holdsItems: false,
    recursive,
    fields: [],
    always: [],
    byNumber: [],
    byName: new Map(),
  };
}

/** Gives an open message its fields. */
export function fill(target: OpenMessage, fields: readonly Field[]): Message {
  for (const one of fields) {
    target.fields.push(one);
    if (one.member) target.oneof = true;
    if (one.counted || (typeof one.type === 'object' && one.type.holdsItems)) target.holdsItems = true;
    if (one.always) target.always.push(one.name);
    target.byNumber[one.number] = one;
    target.byName.set(
      one.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one,
    );
    target.byName.set(one.name, one);
  }
  target.isOneof = fields.every(({ member }) => member);
  return target;
}
