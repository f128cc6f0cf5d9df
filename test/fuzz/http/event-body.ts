import fc from 'fast-check';
import { hostileName, type Pieces, times } from '../pieces.ts';
import { hostileValue } from './json-body.ts';

export const SCHEMA_ID = 'https://fuzz.example/everything';

/** What ajv-formats and ours know. */
const FORMATS = [
  'date',
  'time',
  'date-time',
  'iso-time',
  'iso-date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'url',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'regex',
  'uuid',
  'json-pointer',
  'json-pointer-uri-fragment',
  'relative-json-pointer',
  'byte',
];

const KEYWORDS = {
  watched: { type: 'string', pattern: '^(a|aa)+$' },
  counted: { type: 'string', pattern: '^(?:[a-z]{30}){20}=$' },
  unique: { type: 'array', uniqueItems: true },
  tree: { $ref: '#/definitions/tree' },
  choice: { anyOf: [{ type: 'array', items: { type: 'integer' } }, { type: 'object' }, { const: 'x' }] },
  named: { type: 'object', propertyNames: { pattern: '^[a-z]*$' }, maxProperties: 60_000 },
  some: { type: 'array', contains: { type: 'object', required: ['a'] } },
  steps: { type: 'number', multipleOf: 0.01 },
  letters: { type: 'string', maxLength: 60_000 },
  kind: { enum: ['a', 'b', { a: 1 }, [1]] },
};

/** A schema with every keyword and format that may take its time. */
export const SCHEMA = {
  $id: SCHEMA_ID,
  version: 1,
  type: 'object',
  properties: {
    n: { type: 'integer' },
    ...KEYWORDS,
    ...Object.fromEntries(FORMATS.map((format) => [`f-${format}`, { type: 'string', format }])),
  },
  definitions: {
    tree: {
      type: ['object', 'array', 'null'],
      additionalProperties: { $ref: '#/definitions/tree' },
      items: { $ref: '#/definitions/tree' },
    },
  },
};

const PROPERTIES = Object.keys(SCHEMA.properties);

/** A few of these make the texts that formats and patterns are slow on. */
const CRUMBS = [
  ':',
  '/',
  'a',
  '0',
  '1.',
  '[',
  '(',
  '{',
  '%',
  '%20',
  '.',
  '-',
  '@',
  'a.',
  'a@',
  '1:',
  '::',
  'é',
  '0123456789',
  'P1D',
  'T',
  '+',
  '=',
  '~1',
  '?',
  '#',
  '//',
  '\\',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];

const STARTS = ['http:', 'http://', 'http://a:', 'mailto:', 'a@', '{', '/', '#', '2020-01-01T', 'urn:'];

/** A body takes no more. */
const MAX_TEXT = 60_000;

/** One crumb, as often as there is room for it, or a few of them. */
const crumbs: fc.Arbitrary<Pieces> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...CRUMBS), fc.integer({ min: 10_000, max: MAX_TEXT }))
    .map(([text, bytes]) => [[escaped(text), Math.floor(bytes / escaped(text).length)] as const]),
  fc.array(
    fc.tuple(fc.constantFrom(...CRUMBS), times).map(([text, count]) => {
      return [escaped(text), Math.min(count, Math.floor(MAX_TEXT / 3 / escaped(text).length))] as const;
    }),
    { minLength: 1, maxLength: 3 },
  ),
);

const slowText: fc.Arbitrary<Pieces> = fc
  .tuple(
    fc.oneof(fc.constant(''), fc.constantFrom(...STARTS)),
    crumbs,
    fc.constantFrom('', '!', ' ', '=', '\\u0000', 'Z', ']'),
  )
  .map(([before, pieces, after]) => [`"${before}`, ...pieces, `${after}"`]);

const dataEntry: fc.Arbitrary<Pieces> = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...PROPERTIES) }, { weight: 1, arbitrary: hostileName }),
    fc.oneof({ weight: 3, arbitrary: slowText }, { weight: 2, arbitrary: hostileValue }),
  )
  .map(([name, value]) => [`"${name}":`, ...value]);

const data: fc.Arbitrary<Pieces> = fc
  .array(dataEntry, { maxLength: 3 })
  .map((entries) => ['{', ...entries.flatMap((entry, at) => (at === 0 ? entry : [',', ...entry])), '}']);

/** The body of a request to record an event, whole or with hostile values. */
export const eventBody: fc.Arbitrary<Pieces> = fc.oneof(
  { weight: 1, arbitrary: hostileValue },
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant<Pieces>([`"${SCHEMA_ID}"`]) },
          {
            weight: 1,
            arbitrary: fc.oneof(
              hostileValue,
              hostileName.map((name) => [`"${name}"`]),
            ),
          },
        ),
        fc.oneof(
          { weight: 9, arbitrary: fc.constant<Pieces>(['1']) },
          { weight: 1, arbitrary: hostileValue },
        ),
        fc.oneof({ weight: 9, arbitrary: data }, { weight: 1, arbitrary: hostileValue }),
        fc.oneof(
          { weight: 3, arbitrary: fc.constant<Pieces>(['null']) },
          { weight: 1, arbitrary: fc.oneof(slowText, hostileValue) },
        ),
      )
      .map(([id, version, fields, timestamp]) => [
        '{"schema_id":',
        ...id,
        ',"version":',
        ...version,
        ',"data":',
        ...fields,
        ',"timestamp":',
        ...timestamp,
        '}',
      ]),
  },
);

function escaped(text: string): string {
  return Buffer.from(JSON.stringify(text).slice(1, -1)).toString('latin1');
}
