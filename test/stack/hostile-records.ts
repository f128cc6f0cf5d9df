/** Log records that VictoriaLogs by itself would drop, hide, or die of, and some that look as if; in OTLP/JSON. */

export interface HostileRecord {
  /** What is wrong with it; also how it is found again. */
  readonly title: string;
  /** What is to stand in `victorialogs_cut`. */
  readonly cut?: 'name' | 'names' | 'fields' | 'size' | 'line' | 'time';
  /** Over what every record here has: `eventName`, `timeUnixNano`, `body`, ids. */
  readonly record?: object;
  readonly attributes?: readonly KeyValue[];
  /** Beside, or instead of, the name of the service. */
  readonly resource?: readonly KeyValue[];
  readonly scope?: object;
}

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}

type AnyValue = Readonly<Record<string, unknown>>;

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = 'b7ad6b7169203331';
export const EVENT_NAME = 'hostile.event';
export const SERVICE = 'hostile';

const str = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
const map = (key: string, ...values: readonly KeyValue[]): KeyValue => ({
  key,
  value: { kvlistValue: { values } },
});
const list = (key: string, ...values: readonly AnyValue[]): KeyValue => ({
  key,
  value: { arrayValue: { values } },
});
const numbered = (count: number, prefix = 'n'): KeyValue[] =>
  Array.from({ length: count }, (_, index) => ({ key: `${prefix}${index}`, value: { intValue: index } }));

/** A map in a map in a map … */
const nested = (levels: number, key = 'level'): KeyValue =>
  levels === 1 ? str(key, 'deep') : map(key, nested(levels - 1, key));

const nanos = (text: string): string => `${BigInt(Date.parse(text)) * 1_000_000n}`;

/** Names that VictoriaLogs, or the collector for it, gives to something else. */
export const TAKEN = [
  'event_name',
  'service_name',
  'trace_id',
  'span_id',
  'severity_text',
  'severity_number',
  'service.name',
  'scope.name',
  'scope.version',
  '_msg',
  '_time',
  '_stream',
  '_stream_id',
  'victorialogs_cut',
  'event_time',
  'otel_event_name',
] as const;

export const HOSTILE: readonly HostileRecord[] = [
  { title: 'nothing special' },
  ...TAKEN.map((key) => ({ title: `data named ${key}`, attributes: [str(key, 'of the data')] })),
  { title: 'every taken name at once', attributes: TAKEN.map((key) => str(key, 'of the data')) },
  { title: 'the same key twice', attributes: [str('twice', 'one'), str('twice', 'two')] },
  { title: 'event_name twice', attributes: [str('event_name', 'one'), str('event_name', 'two')] },
  { title: 'a map called service with a name', attributes: [map('service', str('name', 'of the data'))] },
  { title: 'a map called scope with a name', attributes: [map('scope', str('name', 'of the data'))] },
  { title: 'a.b beside a map a with b', attributes: [str('a.b', 'dotted'), map('a', str('b', 'nested'))] },
  { title: 'an empty key', attributes: [str('', 'of nothing'), map('in', str('', 'of nothing'))] },
  { title: 'a key of dots', attributes: [str('...', 'dots'), map('.', str('.', 'dots'))] },
  {
    title: 'keys that are not ASCII',
    attributes: [str('größe', 'XL'), str('日本', 'Japan'), str('👋', 'hello')],
  },
  {
    title: 'keys with spaces, quotes and signs',
    attributes: [str('a "b" c', 'x'), str('a:b=c|d{e}', 'x'), str('a\nb\0c', 'x')],
  },
  { title: 'a name of 128 bytes', attributes: [str('k'.repeat(128), 'just')] },
  { title: 'a name of 129 bytes', cut: 'names', attributes: [str('k'.repeat(129), 'too long')] },
  { title: 'a name of 5,000 bytes', cut: 'names', attributes: [str('k'.repeat(5000), 'too long')] },
  {
    title: 'a name of 50 characters of three bytes',
    cut: 'names',
    attributes: [str('語'.repeat(50), 'too long')],
  },
  {
    title: 'a path of two names of 70 bytes',
    cut: 'names',
    attributes: [map('a'.repeat(70), str('b'.repeat(70), 'too long'))],
  },
  {
    title: 'a long name below a map',
    cut: 'names',
    attributes: [map('visits', str(`https://example.org/${'x'.repeat(200)}`, '1'))],
  },
  { title: 'a path of 20 levels', attributes: [nested(20)] },
  { title: 'a path of 40 levels', cut: 'names', attributes: [nested(40)] },
  { title: 'a path of 60 short levels', attributes: [nested(60, 'a')] },
  {
    title: 'a map in a list in a map',
    attributes: [map('a', list('b', { kvlistValue: { values: [str('k', 'in a list')] } }))],
  },
  {
    title: 'a long name in a list',
    attributes: [list('b', { kvlistValue: { values: [str('k'.repeat(200), 'in a list')] } })],
  },
  { title: '800 attributes', attributes: numbered(800) },
  { title: '2,500 attributes', cut: 'fields', attributes: numbered(2500) },
  {
    title: '2,500 values in maps',
    cut: 'fields',
    attributes: Array.from({ length: 50 }, (_, at) => map(`m${at}`, ...numbered(50))),
  },
  {
    title: 'a list of 5,000 numbers',
    attributes: [list('many', ...numbered(5000).map(({ value = {} }) => value))],
  },
  {
    title: 'a value of 3 MB',
    cut: 'size',
    attributes: [str('large', 'x'.repeat(3_000_000)), str('small', 'kept')],
  },
  {
    title: 'a value of 3 MB of signs that JSON escapes',
    cut: 'size',
    attributes: [str('large', '\u0001"'.repeat(1_500_000))],
  },
  { title: 'a value of 6 MB', cut: 'size', attributes: [str('large', 'x'.repeat(6_000_000))] },
  { title: '3 MB in a map', cut: 'size', attributes: [map('in', str('large', 'x'.repeat(3_000_000)))] },
  { title: '3 MB in a list', cut: 'size', attributes: [list('in', { stringValue: 'x'.repeat(3_000_000) })] },
  {
    title: '2 MB of bytes',
    cut: 'size',
    attributes: [{ key: 'bytes', value: { bytesValue: 'AAAA'.repeat(700_000) } }],
  },
  {
    title: '200 values of 20 KB',
    cut: 'size',
    attributes: numbered(200).map(({ key }) => str(key, 'x'.repeat(20_000))),
  },
  { title: 'a body of 3 MB', cut: 'line', record: { body: { stringValue: 'x'.repeat(3_000_000) } } },
  {
    title: 'a body that is a map',
    record: { body: { kvlistValue: { values: [str('event_name', 'of the body'), str('x', 'y')] } } },
  },
  {
    title: 'a body that is a list',
    record: { body: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: 1 }] } } },
  },
  { title: 'a body that is a number', record: { body: { intValue: 7 } } },
  { title: 'no body', record: { body: undefined } },
  {
    title: 'a name of an event of 70 KB',
    cut: 'name',
    record: { eventName: EVENT_NAME + 'x'.repeat(70_000) },
  },
  { title: 'no name', record: { eventName: undefined } },
  { title: 'a name in quotes', record: { eventName: '"a",{b}\n' } },
  {
    title: 'of 1930',
    cut: 'time',
    record: { timeUnixNano: `${2n ** 64n + BigInt(nanos('1930-01-01T00:00:00Z'))}` },
  },
  { title: 'of 1970', record: { timeUnixNano: '1' } },
  { title: 'of 1990', record: { timeUnixNano: nanos('1990-01-01T00:00:00Z') } },
  {
    title: 'of next year',
    record: { timeUnixNano: `${BigInt(Date.now() + 365 * 86_400_000) * 1_000_000n}` },
  },
  { title: 'of 2262', cut: 'time', record: { timeUnixNano: nanos('2262-01-01T00:00:00Z') } },
  {
    title: 'of the last nanosecond of 64 bits',
    cut: 'time',
    record: { timeUnixNano: '18446744073709551615' },
  },
  { title: 'of no time', record: { timeUnixNano: undefined } },
  { title: 'a scope with 2,000 attributes', scope: { name: 'many', attributes: numbered(2000, 'scope') } },
  {
    title: 'a scope whose attribute has a name of 300 bytes',
    scope: { attributes: [str('k'.repeat(300), 'too long')] },
  },
  {
    title: 'a scope of 3 MB',
    scope: { name: 'x'.repeat(1_500_000), attributes: [str('x', 'x'.repeat(1_500_000))] },
  },
  {
    title: 'a resource with event_name and trace_id',
    resource: [str('event_name', 'of the resource'), str('trace_id', 'of the resource')],
  },
  { title: 'a resource with service_name', resource: [str('service_name', 'of the resource')] },
  { title: 'a resource with the name of the service twice', resource: [str('service.name', 'again')] },
  { title: 'a resource with a map called service', resource: [map('service', str('name', 'again'))] },
  { title: 'a resource of 500 attributes', resource: numbered(500, 'resource') },
  {
    title: 'a resource of 3 MB',
    resource: [str('large', 'x'.repeat(3_000_000)), map('in', str('large', 'x'.repeat(1_000_000)))],
  },
  {
    title: 'a resource whose attribute has a name of 300 bytes',
    resource: [str('k'.repeat(300), 'too long'), map('k'.repeat(90), str('k'.repeat(90), 'too long'))],
  },
  { title: 'a service whose name is a map', resource: [map('service.name', str('is', 'a map'))] },
];

/** A request with one of them. */
export function hostileRequest({
  title,
  record,
  attributes = [],
  resource = [],
  scope,
}: HostileRecord): object {
  const own = {
    timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
    severityNumber: 9,
    body: { stringValue: 'the line' },
    eventName: EVENT_NAME,
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    attributes: [str('hostile.title', title), ...attributes],
  };
  return {
    resourceLogs: [
      {
        resource: { attributes: [str('service.name', SERVICE), ...resource] },
        scopeLogs: [{ scope: scope ?? { name: 'test' }, logRecords: [{ ...own, ...record }] }],
      },
    ],
  };
}
