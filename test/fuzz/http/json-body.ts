import fc from 'fast-check';
import type { Field, Message, ScalarType } from '../../../src/otlp/wire/message.ts';
import { hostileName, many, type Pieces, times } from '../pieces.ts';

/** JSON of a message, as its table has it, with a hostile value here and there. */
export function jsonMessage(message: Message, depth = 0): fc.Arbitrary<Pieces> {
  const { fields } = message;
  const usable = depth < 9 ? fields : fields.filter(({ type }) => typeof type === 'string');
  const entries = usable.map((field) => memo(field, depth));
  const odd = { weight: 1, arbitrary: oddEntry };
  const entry =
    entries.length === 0 ? oddEntry : fc.oneof({ weight: 12, arbitrary: fc.oneof(...entries) }, odd);
  return fc.array(entry, { maxLength: message.oneof ? 2 : 4 }).map((list) => between('{', list, '}'));
}

const known = new Map<string, fc.Arbitrary<Pieces>>();

function memo(field: Field, depth: number): fc.Arbitrary<Pieces> {
  const { name, type, number } = field;
  const key = `${typeof type === 'string' ? type : type.name} ${name} ${number} ${depth}`;
  const made = known.get(key) ?? jsonEntry(field, depth);
  known.set(key, made);
  return made;
}

function jsonEntry({ name, type, repeated, enumNames }: Field, depth: number): fc.Arbitrary<Pieces> {
  const good = typeof type === 'string' ? scalar(type, enumNames) : jsonMessage(type, depth + 1);
  const one = fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: hostileValue });
  const value = repeated ? fc.oneof(list(one), { weight: 1, arbitrary: wide(one) }) : one;
  const names = fc.constantFrom(name, name, name, snakeCase(name));
  return fc.tuple(names, value).map(([key, pieces]) => [`"${key}":`, ...pieces]);
}

function list(one: fc.Arbitrary<Pieces>): { weight: number; arbitrary: fc.Arbitrary<Pieces> } {
  return { weight: 9, arbitrary: fc.array(one, { maxLength: 3 }).map((items) => between('[', items, ']')) };
}

/** Many items, all the same. */
function wide(one: fc.Arbitrary<Pieces>): fc.Arbitrary<Pieces> {
  const item = fc.oneof(fc.constantFrom('{}', '1', '[]', 'null', '""'), one.map(short));
  return fc.tuple(item, times, one).map(([text, count, last]) => ['[', [`${text},`, count], ...last, ']']);
}

function short(pieces: Pieces): string {
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : piece[0])).join('');
  return text.length > 60 ? '{}' : text;
}

const VALID: Readonly<Record<ScalarType, readonly string[]>> = {
  string: ['"x"', '""', '"\\u0000"', '"a.b"'],
  bytes: ['"AAEC"', '"-_8="', '""'],
  traceId: ['"5b8efff798038103d269b633813fc60c"', '""'],
  spanId: ['"eee19b7ec3c1b174"', '""'],
  bool: ['true', 'false'],
  int32: ['1', '-1', '"7"'],
  uint32: ['1', '4294967295', '"7"'],
  enum: ['9', '17', '"1"'],
  sint32: ['1', '-1', '"7"'],
  uint64: ['"9007199254740993"', '5', '"18446744073709551615"'],
  sfixed64: ['"9007199254740993"', '5', '"-9223372036854775808"'],
  int64: ['"9007199254740993"', '5', '"-9223372036854775808"', '9007199254740993'],
  fixed32: ['1'],
  fixed64: ['"1700000000000000001"', '1700000000000000001', '"0"'],
  double: ['0.5', '"NaN"', '"-Infinity"', '"1.5e3"', '1e308'],
};

function scalar(type: ScalarType, enumNames: readonly string[]): fc.Arbitrary<Pieces> {
  const texts = [...VALID[type], ...enumNames.slice(0, 2).map((name) => `"${name}"`)];
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...texts).map((text) => [text]) },
    { weight: 1, arbitrary: longNumber },
    { weight: 1, arbitrary: longText },
  );
}

/** Digits without end, as a number and as text, with what makes a regular expression try again. */
const longNumber: fc.Arbitrary<Pieces> = fc
  .record({
    quote: fc.constantFrom('', '"'),
    before: fc.constantFrom('', '-', '+', '0x', '0.', '.', '1e', '1e-', ' ', '1_'),
    digits: fc.constantFrom('9', '0', '1', '1.', '1e', '0.0', ' ', '_', 'a'),
    count: times,
    after: fc.constantFrom('', 'x', '.', 'e', 'e9', 'e999999999', '.5', ' ', '-', '\\u0000'),
  })
  .map(({ quote, before, digits, count, after }) => [quote + before, [digits, count], after + quote]);

const longText: fc.Arbitrary<Pieces> = fc
  .tuple(
    fc.constantFrom(
      'a',
      '\\u0000',
      '\\ud800',
      '\\n',
      '\\\\',
      '\xff',
      '\xed\xa0\x80',
      '\u00c3\u00a9',
      '=',
      '0a',
      '\x00',
      ':',
    ),
    times,
    fc.constantFrom('"', '', '\\"', '\\u12', '!"'),
  )
  .map(([text, count, end]) => ['"', [text, count], end]);

/** The same thing in itself. */
const deep: fc.Arbitrary<Pieces> = fc
  .tuple(
    fc.constantFrom<readonly [string, string]>(
      ['[', ']'],
      ['{"a":', '}'],
      ['{"arrayValue":{"values":[', ']}}'],
      ['{"kvlistValue":{"values":[{"key":"k","value":', '}]}}'],
      ['{"value":', '}'],
      ['{"__proto__":', '}'],
    ),
    times,
    times,
    fc.constantFrom('1', '{}', '', '"x"'),
  )
  .map(([[open, close], depth, closed, core]) => [
    [open, depth],
    core,
    [close, closed % 2 === 0 ? depth : closed],
  ]);

/** A value of any type where another one belongs. */
export const hostileValue: fc.Arbitrary<Pieces> = fc.oneof(
  fc
    .constantFrom('1', 'true', 'null', '{}', '[]', '"x"', '', 'undefined', '-', '1.', '[,]', '{"a"}')
    .map((text) => [text]),
  longNumber,
  longText,
  deep,
  fc
    .tuple(
      fc.constantFrom('{},', '1,', '[],', 'null,', '9007199254740993,', '"",', '"a":1,', '"__proto__":{},'),
      times,
    )
    .chain(([item, count]) =>
      fc
        .constantFrom<readonly [string, string]>(['[', '1]'], ['{', '"z":1}'], ['[', ']'])
        .map(([open, close]) => [open, [item, count], close] as const),
    ),
);

/** Where one value is all that is hostile: in a record, in a value of it, and in a list of such values. */
const PLACES: readonly (readonly [before: string, after: string])[] = [
  ['', ''],
  ['"attributes":[{"key":"a","value":{', '}}]'],
  ['"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":9007199254740993},{', '}]}}}]'],
];

const SCALARS: readonly (readonly [name: string, text: string])[] = [
  ['doubleValue', '"'],
  ['doubleValue', ''],
  ['intValue', '"'],
  ['intValue', ''],
  ['bytesValue', '"'],
  ['stringValue', '"'],
  ['timeUnixNano', '"'],
  ['severityNumber', '"'],
  ['flags', '"'],
  ['traceId', '"'],
  ['droppedAttributesCount', ''],
];

/** A request that is right but for one very long scalar, or a very long list beside one. */
export function focusedJson(resource: string, scope: string, record: string): fc.Arbitrary<Pieces> {
  const long = fc
    .tuple(
      fc.constantFrom(...SCALARS),
      fc.constantFrom('9', '9', '0', '1.', '1e', ' ', '_', 'a', '=', '\\u0000'),
      many,
      fc.constantFrom('', 'x', 'x', '.', 'e9', ' ', '!'),
    )
    .map(
      ([[name, quote], text, count, after]): Pieces => [`"${name}":${quote}`, [text, count], after + quote],
    );
  const wide = fc
    .tuple(fc.constantFrom('{}', '{"intValue":1}', '{"intValue":9007199254740993}', '1', 'null'), many)
    .map(([item, count]): Pieces => ['"arrayValue":{"values":[', [`${item},`, count], `${item}]}`]);
  return fc
    .tuple(fc.constantFrom(...PLACES), fc.oneof(long, wide))
    .map(([[before, after], field]) => [
      `{"${resource}":[{"${scope}":[{"${record}":[{${before}`,
      ...field,
      `${after}}]}]}]}`,
    ]);
}

/** A name that no message has, or one that is something on every object. */
const oddEntry: fc.Arbitrary<Pieces> = fc
  .tuple(fc.oneof(hostileName, fc.constant('unknown'), fc.constant('\\u005f_proto__')), hostileValue)
  .map(([name, value]) => [`"${name}":`, ...value]);

function between(open: string, items: readonly Pieces[], close: string): Pieces {
  return [open, ...items.flatMap((item, index) => (index === 0 ? item : [',', ...item])), close];
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
