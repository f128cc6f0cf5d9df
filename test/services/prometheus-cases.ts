import { keyValues } from './ottl-conformance.ts';

export type Json = Readonly<Record<string, unknown>>;

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n * SECOND;
const at = (seconds: number): string => String(START + BigInt(seconds) * SECOND);

/** A point that covers the time from one second to another. */
const point = (from: number, to: number, value: Json, attributes: Json = {}): Json => ({
  attributes: keyValues(attributes),
  ...(from >= 0 && { startTimeUnixNano: at(from) }),
  timeUnixNano: at(to),
  ...value,
});
const int = (value: number | string): Json => ({ asInt: String(value) });
const sum = (temporality: number, isMonotonic: boolean, ...dataPoints: readonly Json[]): Json => ({
  sum: { aggregationTemporality: temporality, isMonotonic, dataPoints },
});
const gauge = (...dataPoints: readonly Json[]): Json => ({ gauge: { dataPoints } });
const histogram = (temporality: number, ...dataPoints: readonly Json[]): Json => ({
  histogram: { aggregationTemporality: temporality, dataPoints },
});
const exponential = (temporality: number, ...dataPoints: readonly Json[]): Json => ({
  exponentialHistogram: { aggregationTemporality: temporality, dataPoints },
});
const buckets = (counts: readonly number[], bounds: readonly number[], total: number): Json => ({
  count: String(counts.reduce((all, count) => all + count, 0)),
  sum: total,
  bucketCounts: counts.map(String),
  explicitBounds: bounds,
});

const SERVICE = { 'service.name': 'shop', 'service.namespace': 'eu', 'service.instance.id': 'i-1' };
const EXEMPLAR = {
  timeUnixNano: at(1),
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
};

function request(metrics: readonly Json[], resource: Json = SERVICE, scope: Json = { name: 'lib' }): Json {
  const { schemaUrl, ...named } = scope;
  return {
    resourceMetrics: [
      { resource: { attributes: keyValues(resource) }, scopeMetrics: [{ scope: named, schemaUrl, metrics }] },
    ],
  };
}

/** Requests, and how what is shown of them is asked for. */
export interface PrometheusCase {
  readonly title: string;
  readonly settings?: Json;
  /** Sent one after the other. */
  readonly requests: readonly Json[];
  readonly accept?: string;
  /** How many lines there are to be at least, so that two empty answers do not pass. */
  readonly atLeast?: number;
}

const named = (...names: readonly (readonly [name: string, unit?: string])[]): Json[] =>
  names.flatMap(([name, unit = '']) => [
    { name: `${name}.gauge`, unit, ...gauge(point(0, 1, int(1))) },
    { name: `${name}.counter`, unit, ...sum(2, true, point(0, 1, int(2))) },
    { name: `${name}.updown`, unit, ...sum(2, false, point(0, 1, int(3))) },
    { name: `${name}.histogram`, unit, ...histogram(2, point(0, 1, buckets([1, 2], [5], 9))) },
  ]);

const UNITS = [
  '1',
  '%',
  's',
  'ms',
  'min',
  'h',
  'd',
  'us',
  'ns',
  'By',
  'KiBy',
  'MBy',
  'GBy',
  'm',
  'V',
  'A',
  'J',
  'W',
].concat(
  [
    'g',
    'Cel',
    'Hz',
    'By/s',
    '1/s',
    'm/s',
    '{request}',
    '{request}/s',
    'By/{packet}',
    'requests',
    'foo/bar',
    'a b',
  ],
  ['/s', 's/', 'km/h', '  s ', 'm/m', '°C', 'x__y/w', '_', '/', 'mo/y', 'By/mo/y'],
);
const NAMES = [
  'http.server.duration',
  'a..b',
  '_lead',
  '__two',
  '9lives',
  'x:y',
  'trailing.',
  'ünï.code',
  'a-b c/d',
].concat(
  [
    'total',
    'x.total.y',
    'ratio',
    'x_ratio',
    'duration_seconds',
    'bytes.read',
    '__',
    'requests_total',
    'seconds',
  ],
  ['A_B__C', 'x.per.second', '日本', '.', '1', 'calls per second'],
);
const ALL_KINDS: readonly Json[] = [
  { name: 'g', description: 'line\nbreak \\ "quote"', ...gauge(point(0, 1, { asDouble: 0.1 }, { a: 'x' })) },
  { name: 'c', description: 'all', ...sum(2, true, point(0, 1, int(7), { a: 'x' })) },
  { name: 'h', unit: 'ms', ...histogram(2, point(0, 1, buckets([1, 0, 3], [0.5, 10], 44.5), { a: 'x' })) },
  {
    name: 'q',
    summary: {
      dataPoints: [
        point(0, 1, {
          count: '4',
          sum: 8,
          quantileValues: [
            { quantile: 1, value: 3 },
            { quantile: 0.5, value: 2 },
          ],
        }),
      ],
    },
  },
  {
    name: 'e',
    ...exponential(
      2,
      point(0, 1, {
        count: '4',
        sum: 3,
        scale: 1,
        zeroCount: '1',
        positive: { offset: 1, bucketCounts: ['1', '2'] },
      }),
    ),
  },
];
const NUMBERS = [
  0, -0, 1, -1, 0.5, 123456, 1234567, 1e6, 999999, 1e21, 1e-4, 0.00012, 0.00001234, 1.7976931348623157e308,
].concat([5e-324, 100, -2.5e7, 123456789.125, 0.1 + 0.2]);
const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';

/** What both engines have to show alike. */
export const PROMETHEUS_CASES: readonly PrometheusCase[] = [
  {
    title: 'names and units',
    requests: [
      request(
        named(
          ...UNITS.map((unit) => ['m.x', unit] as const),
          ...UNITS.map((unit, i) => [`u${i}`, unit] as const),
        ),
      ),
    ],
    atLeast: 300,
  },
  {
    title: 'names',
    requests: [request(NAMES.map((name) => ({ name, ...gauge(point(0, 1, int(1))) })))],
    atLeast: 50,
  },
  {
    title: 'names of counters',
    requests: [request(NAMES.map((name) => ({ name, unit: 's', ...sum(2, true, point(0, 1, int(1))) })))],
    atLeast: 50,
  },
  {
    title: 'ratios',
    requests: [request(NAMES.map((name) => ({ name, unit: '1', ...gauge(point(0, 1, int(1))) })))],
    atLeast: 50,
  },
  {
    title: 'without suffixes',
    settings: { translation_strategy: 'UnderscoreEscapingWithoutSuffixes' },
    requests: [
      request([
        ...named(...UNITS.map((unit, i) => [`u${i}`, unit] as const)),
        ...NAMES.map((name) => ({ name, ...gauge(point(0, 1, int(1))) })),
      ]),
    ],
    atLeast: 300,
  },
  {
    title: 'without suffixes, with a namespace',
    settings: { namespace: 'my-ns.x', translation_strategy: 'UnderscoreEscapingWithoutSuffixes' },
    requests: [request(NAMES.map((name) => ({ name, unit: 's', ...sum(2, true, point(0, 1, int(1))) })))],
    atLeast: 50,
  },
  {
    title: 'add_metric_suffixes',
    settings: { add_metric_suffixes: false },
    requests: [request(named(['x', 's']))],
    atLeast: 8,
  },
  {
    title: 'a namespace',
    settings: { namespace: 'shop' },
    requests: [request([...ALL_KINDS, ...named(['9x', '1'])])],
    atLeast: 20,
  },
  {
    title: 'a namespace that has to be escaped',
    settings: { namespace: '9my-ns.x' },
    requests: [request([...ALL_KINDS])],
    atLeast: 10,
  },
  {
    title: 'the same in UTF-8',
    settings: { namespace: '9my-ns.x', const_labels: { 'another "label"': 'a\nb' } },
    accept: 'text/plain;version=0.0.4;escaping=allow-utf-8',
    requests: [request([...ALL_KINDS])],
    atLeast: 10,
  },
  {
    title: 'dots',
    settings: { namespace: '9my-n_s.x', const_labels: { 'another l.a_b': 'x' } },
    accept: 'text/plain;escaping=dots',
    requests: [request([...ALL_KINDS])],
    atLeast: 10,
  },
  {
    title: 'values',
    settings: { namespace: '9my-n_s.xü', const_labels: { 'another l.a_b': 'x' } },
    accept: 'text/plain;escaping=values',
    requests: [request([...ALL_KINDS])],
    atLeast: 10,
  },
  { title: 'every kind', requests: [request(ALL_KINDS)], atLeast: 20 },
  {
    title: 'every kind in OpenMetrics',
    settings: { enable_open_metrics: true },
    accept: OPEN_METRICS,
    requests: [request(ALL_KINDS)],
    atLeast: 20,
  },
  {
    title: 'OpenMetrics that is not enabled',
    accept: OPEN_METRICS,
    requests: [request(ALL_KINDS)],
    atLeast: 20,
  },
  {
    title: 'OpenMetrics 0.0.1',
    settings: { enable_open_metrics: true },
    accept: 'application/openmetrics-text',
    requests: [request(ALL_KINDS)],
    atLeast: 20,
  },
  {
    title: 'timestamps',
    settings: { send_timestamps: true },
    requests: [request([...ALL_KINDS, { name: 'never', ...gauge({ asInt: '1' }) }])],
    atLeast: 20,
  },
  {
    title: 'timestamps in OpenMetrics',
    settings: { send_timestamps: true, enable_open_metrics: true },
    accept: OPEN_METRICS,
    requests: [request(ALL_KINDS)],
    atLeast: 20,
  },
  {
    title: 'labels',
    requests: [
      request([
        {
          name: 'g',
          ...gauge(point(0, 1, int(1), { 'a.b': 'x', '9c': 'y', _u: 'z', ü: 'v', 'd-e/f': 'w' })),
        },
        {
          name: 'types',
          ...gauge(
            point(0, 1, int(1), {
              i: 5,
              d: 1.5,
              big: { double: 1e21 },
              b: true,
              l: [1, 'a', null],
              m: { z: 1, a: { bytes: 'AAEC' } },
              by: { bytes: 'AAEC' },
              e: '',
            }),
          ),
        },
        { name: 'escaped', ...gauge(point(0, 1, int(1), { q: '"', s: '\\', n: 'a\nb', u: 'ünï\t' })) },
        { name: 'reserved', ...gauge(point(0, 1, int(1), { __name__: 'x' })) },
        { name: 'dunder', ...gauge(point(0, 1, int(1), { '..x': 'x' })) },
        { name: 'only', ...gauge(point(0, 1, int(1), { __: 'x' })) },
        { name: 'empty', ...gauge(point(0, 1, int(1), { '': 'x' })) },
        { name: 'collides', ...gauge(point(0, 1, int(1), { 'a.b': 'x', a_b: 'y' })) },
        { name: 'job', ...gauge(point(0, 1, int(1), { job: 'x' })) },
        {
          name: 'quantile',
          summary: { dataPoints: [point(0, 1, { count: '1', sum: 1 }, { quantile: 'x' })] },
        },
      ]),
    ],
    atLeast: 8,
  },
  {
    title: 'const_labels',
    settings: { const_labels: { zone: 'eu', 'other.one': 'v"' } },
    requests: [request([...ALL_KINDS, { name: 'clash', ...gauge(point(0, 1, int(1), { zone: 'x' })) }])],
    atLeast: 20,
  },
  {
    title: 'targets',
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1))) }], {
        ...SERVICE,
        'k8s.pod.name': 'p',
        k8s_pod_name: 'q',
        '9x': 1,
        job: 'mine',
      }),
      request([{ name: 'g', ...gauge(point(0, 1, int(2))) }], { 'service.name': 'only' }),
      request([{ name: 'g', ...gauge(point(0, 1, int(3))) }], { 'service.instance.id': 'only' }),
      request([{ name: 'g', ...gauge(point(0, 1, int(4))) }], {}),
      request([{ name: 'g', ...gauge(point(0, 1, int(5))) }], {
        'service.name': '',
        'service.instance.id': 'x',
      }),
      request([{ name: 'g', ...gauge(point(0, 1, int(6))) }], {
        'service.name': 'b',
        'service.instance.id': 7,
        x: 'y',
      }),
    ],
    atLeast: 8,
  },
  {
    title: 'targets in a namespace',
    settings: { namespace: '9n' },
    requests: [request(ALL_KINDS)],
    atLeast: 20,
  },
  {
    title: 'attributes of resources as labels',
    settings: { resource_to_telemetry_conversion: { enabled: true } },
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1), { a: 'own', 'k8s.pod': 'own' })) }], {
        ...SERVICE,
        'k8s.pod': 'p',
      }),
    ],
    atLeast: 3,
  },
  {
    title: 'the same without those of the service',
    settings: { resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true } },
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1), { a: 'own' })) }], { ...SERVICE, 'k8s.pod': 'p' }),
    ],
    atLeast: 3,
  },
  {
    title: 'scopes',
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1))) }], SERVICE, {
        name: 'lib',
        version: '1.2',
        schemaUrl: 'https://x/1',
        attributes: keyValues({ 'a.b': 1, name: 'other', version: 'v' }),
      }),
      request([{ name: 'g', ...gauge(point(0, 1, int(2))) }], SERVICE, {}),
    ],
    atLeast: 4,
  },
  {
    title: 'without scopes',
    settings: { without_scope_info: true },
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1))) }], SERVICE, {
        name: 'lib',
        attributes: keyValues({ a: 1 }),
      }),
    ],
    atLeast: 3,
  },
  {
    title: 'points that are older, equal and newer',
    requests: [1, 5, 3, 5, 4].map((time, index) =>
      request([
        { name: 'g', ...gauge(point(0, time, int(index))) },
        { name: 'c', ...sum(2, true, point(0, time, int(index))) },
        { name: 'h', ...histogram(2, point(0, time, buckets([index, 1], [5], index))) },
        {
          name: 'e',
          ...exponential(2, point(0, time, { count: String(index), sum: index, zeroCount: String(index) })),
        },
        { name: 'q', summary: { dataPoints: [point(0, time, { count: String(index), sum: index })] } },
      ]),
    ),
    atLeast: 15,
  },
  {
    title: 'deltas',
    settings: { send_timestamps: true },
    requests: [
      [0, 1],
      [1, 3],
      [3, 4],
      [6, 7],
      [7, 9],
      [2, 5],
    ].map(([from = 0, to = 0], index) =>
      request([
        { name: 'c', ...sum(1, true, point(from, to, int(index + 1))) },
        { name: 'd', ...sum(1, true, point(from, to, { asDouble: index + 0.5 })) },
        {
          name: 'mixed',
          ...sum(1, true, point(from, to, index % 2 === 0 ? int(index) : { asDouble: index })),
        },
        { name: 'ud', ...sum(1, false, point(from, to, int(index))) },
        { name: 'un', ...sum(0, true, point(from, to, int(index))) },
        { name: 'h', ...histogram(1, point(from, to, buckets([index, 1, 2], [1, 5], index))) },
        {
          name: 'b',
          ...histogram(
            1,
            point(from, to, index % 2 === 0 ? buckets([1, 2, 3], [1, 5], 1) : buckets([1, 2], [1], 3)),
          ),
        },
        {
          name: 'e',
          ...exponential(
            1,
            point(from, to, {
              count: '3',
              sum: 1,
              scale: index % 3,
              zeroCount: '1',
              positive: { offset: 0, bucketCounts: ['1', '1'] },
            }),
          ),
        },
      ]),
    ),
    atLeast: 15,
  },
  {
    title: 'points without a value',
    requests: [
      request([{ name: 'g', ...gauge(point(0, 1, int(1), { a: 'x' }), point(0, 1, int(1), { a: 'y' })) }]),
      request([{ name: 'g', ...gauge(point(0, 2, { flags: 1 }, { a: 'x' })) }]),
    ],
    atLeast: 3,
  },
  {
    title: 'types that conflict',
    requests: [
      request([{ name: 'x', description: 'one', ...gauge(point(0, 1, int(1), { a: 'x' })) }]),
      request([
        { name: 'y', ...gauge(point(0, 1, int(1))) },
        { name: 'y.sum', ...gauge(point(0, 1, int(1))) },
      ]),
    ],
    atLeast: 5,
  },
  {
    title: 'numbers',
    requests: [
      request([
        ...NUMBERS.map((value, index) => ({ name: `n${index}`, ...gauge(point(0, 1, { asDouble: value })) })),
        ...['NaN', 'Infinity', '-Infinity'].map((value, index) => ({
          name: `s${index}`,
          ...gauge(point(0, 1, { asDouble: value })),
        })),
        { name: 'int', ...gauge(point(0, 1, int('9223372036854775807'))) },
        {
          name: 'hd',
          ...histogram(
            2,
            point(0, 1, { ...buckets([1, 2, 3, 4], [5, 1, 5], 1e7), count: '18446744073709551615' }),
          ),
        },
        { name: 'nothing', ...gauge(point(0, 1, {})) },
        { name: 'hn', ...histogram(2, point(0, 1, { count: '3' })) },
        { name: 'hi', ...histogram(2, point(0, 1, buckets([1, 1], ['Infinity' as unknown as number], 3))) },
      ]),
    ],
    atLeast: 60,
  },
  {
    title: 'numbers in OpenMetrics',
    settings: { enable_open_metrics: true },
    accept: OPEN_METRICS,
    requests: [
      request([
        ...NUMBERS.map((value, index) => ({ name: `n${index}`, ...gauge(point(0, 1, { asDouble: value })) })),
        {
          name: 'hd',
          ...histogram(
            2,
            point(0, 1, { ...buckets([1, 2, 3, 4], [5, 1, 5], 1e7), count: '18446744073709551615' }),
          ),
        },
      ]),
    ],
    atLeast: 40,
  },
  {
    title: 'exemplars',
    settings: { enable_open_metrics: true },
    accept: OPEN_METRICS,
    requests: [
      request([
        {
          name: 'c',
          ...sum(
            2,
            true,
            point(0, 1, {
              ...int(7),
              exemplars: [
                { ...EXEMPLAR, asInt: '1', spanId: undefined },
                { ...EXEMPLAR, asDouble: 2.5, spanId: undefined },
              ],
            }),
          ),
        },
        { name: 'g', ...gauge(point(0, 1, { ...int(7), exemplars: [{ ...EXEMPLAR, asInt: '1' }] })) },
        {
          name: 'none',
          ...sum(2, true, point(0, 1, { ...int(7), exemplars: [{ timeUnixNano: at(1), asInt: '1' }] })),
        },
        {
          name: 'h',
          ...histogram(
            2,
            point(0, 1, {
              ...buckets([1, 2, 3], [1, 5], 9),
              exemplars: [0.5, 1, 3, 4, 9].map((asDouble) => ({ ...EXEMPLAR, asDouble, traceId: undefined })),
            }),
          ),
        },
      ]),
    ],
    atLeast: 10,
  },
  {
    title: 'exponential histograms that cannot be shown',
    requests: [
      request([
        {
          name: 'e',
          ...exponential(
            2,
            point(0, 1, { count: '4', sum: 3, scale: -5, zeroCount: '4' }, { a: 'x' }),
            point(0, 1, { count: '4', sum: 3, scale: 12, zeroCount: '4' }, { a: 'y' }),
            point(0, 1, { count: '4', sum: 3, scale: 0, zeroCount: '3' }, { a: 'z' }),
            point(0, 1, { count: '4', scale: 0, zeroCount: '4' }, { a: 'w' }),
          ),
        },
      ]),
    ],
    atLeast: 5,
  },
];
