import fc from 'fast-check';
import type { OtlpObject, OtlpValue } from '../../src/otlp/wire/decode-protobuf.ts';
import type { Field, Message, ScalarType } from '../../src/otlp/wire/message.ts';

/** @see protocol buffers, "Default Field Values" */
const DEFAULTS: Readonly<Record<ScalarType, OtlpValue>> = {
  string: '',
  bytes: '',
  traceId: '',
  spanId: '',
  bool: false,
  int32: 0,
  sint32: 0,
  uint32: 0,
  enum: 0,
  int64: '0',
  uint64: '0',
  fixed32: 0,
  fixed64: '0',
  sfixed64: '0',
  double: 0,
};

/** What the .proto files call optional: there 0 is a value. */
const OPTIONAL: ReadonlySet<string> = new Set(
  ['HistogramDataPoint', 'ExponentialHistogramDataPoint'].flatMap((name) =>
    ['sum', 'min', 'max'].map((field) => `${name}.${field}`),
  ),
);

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((id) => (id.every((byte) => byte === 0) ? '' : Buffer.from(id).toString('hex')));

const SCALARS: Readonly<Record<ScalarType, fc.Arbitrary<string | number | boolean>>> = {
  // What another type would leave out is a text like any other.
  string: fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('0', 'false', '-0')),
  bytes: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  traceId: hex(16),
  spanId: hex(8),
  bool: fc.boolean(),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  enum: fc.integer({ min: 0, max: 24 }),
  sint32: fc.integer(),
  int64: fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-300n, 300n)).map(String),
  uint64: fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 300n)).map(String),
  sfixed64: fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-300n, 300n)).map(String),
  fixed32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fixed64: fc.bigInt(0n, 2n ** 64n - 1n).map(String),
  // JSON has no negative zero.
  double: fc.double().map((value) => (Number.isFinite(value) ? value + 0 : String(value))),
};

/** Any canonical value of a message, from its descriptor: what a decoder may return. */
export function arbitraryMessage(message: Message, depth = 0): fc.Arbitrary<OtlpObject> {
  const usable = message.fields.filter(({ type }) => depth < 9 || typeof type === 'string');
  const members = usable
    .filter(({ member }) => member)
    .map((field) => fieldOf(field, depth).map((value) => ({ [field.name]: value })));
  const fields = message.fields
    .filter(({ member }) => !member)
    .map((field) => [field.name, optional(field, depth, usable.includes(field))]);
  return fc
    .tuple(fc.record(Object.fromEntries(fields)), fc.oneof(fc.constant({}), ...members))
    .map(([others, member]) => withoutDefaults(message, { ...others, ...member }));
}

function optional(field: Field, depth: number, usable: boolean): fc.Arbitrary<OtlpValue | undefined> {
  if (field.always) return usable ? fieldOf(field, depth) : fc.constant({});
  return usable ? fc.option(fieldOf(field, depth), { nil: undefined }) : fc.constant(undefined);
}

function fieldOf({ type, repeated }: Field, depth: number): fc.Arbitrary<OtlpValue> {
  const one: fc.Arbitrary<OtlpValue> =
    typeof type === 'string' ? SCALARS[type] : arbitraryMessage(type, depth + 1);
  return repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function withoutDefaults(
  { name: messageName, byName }: Message,
  value: { readonly [name: string]: OtlpValue | undefined },
): OtlpObject {
  const entries = Object.entries(value).filter((entry): entry is [string, OtlpValue] => {
    const [name, given] = entry;
    const { type, member } = byName.get(name) as Field;
    if (given === undefined || (Array.isArray(given) && given.length === 0)) return false;
    const keepsDefault = member || OPTIONAL.has(`${messageName}.${name}`);
    return typeof type !== 'string' || Array.isArray(given) || keepsDefault || given !== DEFAULTS[type];
  });
  return Object.fromEntries(entries);
}
