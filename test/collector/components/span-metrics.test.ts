import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import { ExponentialHistogram } from '../../../src/collector/span-metrics/histogram.ts';
import { Budget } from '../../../src/collector/span-metrics/series-set.ts';
import { OtelEventsError } from '../../../src/errors.ts';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { makeConnector, problemsOf } from '../make-connector.ts';
import { texts } from '../make-processor.ts';
import { eventually } from '../samples.ts';

const HOUR = '1h';

interface Span {
  readonly name?: string;
  readonly ms?: number;
  readonly [field: string]: unknown;
}

const spanOf = ({ name = 'GET /', ms = 0, ...fields }: Span) => ({
  name,
  kind: 2,
  startTimeUnixNano: '1700000000000000000',
  endTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(Math.round(ms * 1e6))),
  ...fields,
});

const tracesOf = (resource: Readonly<Record<string, string>>, ...spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: texts(resource) },
      scopeSpans: [{ scope: { name: 'lib', version: '1' }, spans: spans.map(spanOf) }],
    },
  ],
});

const SHOP = { 'service.name': 'shop' };

interface Point {
  readonly attributes?: readonly { key: string; value: Record<string, unknown> }[];
  readonly [field: string]: unknown;
}
interface Data {
  readonly dataPoints: readonly Point[];
  readonly aggregationTemporality?: number;
}
type Metric = {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: Data;
  readonly histogram?: Data;
};

const metricsOf = (sent: OtlpObject | undefined): Metric[] =>
  ((sent?.resourceMetrics ?? []) as OtlpObject[]).flatMap((item) =>
    (item.scopeMetrics as OtlpObject[]).flatMap(({ metrics }) => metrics as unknown as Metric[]),
  );

/** Each data point as the name of its metric, what is said of it, and what it says. */
function pointsOf(
  sent: OtlpObject | undefined,
  field: string,
  leaveOut: readonly string[] = ALWAYS,
): string[] {
  return metricsOf(sent).flatMap(({ name, unit: _unit, ...types }) =>
    Object.values(types)
      .flatMap(({ dataPoints }) => dataPoints)
      .filter((point) => point[field] !== undefined)
      .map(({ attributes = [], ...point }) => {
        const shown = attributes.filter(({ key }) => !leaveOut.includes(key));
        const pairs = shown.map(({ key, value }) => `${key}=${Object.values(value)[0]}`);
        return [name.replace('traces.span.metrics.', ''), ...pairs, point[field]].join(' ');
      }),
  );
}

const ALWAYS = ['service.name', 'span.name', 'span.kind', 'status.code', 'collector.instance.id'];

test('calls and durations are counted, and sent when their time comes', async () => {
  const { give, connector, emitted } = await makeConnector('span_metrics', {
    metrics_flush_interval: '30ms',
  });
  give('traces', tracesOf(SHOP, { ms: 3 }, { ms: 12, status: { code: 2 } }, { ms: 20_000 }));
  await eventually(() => emitted.length >= 2);
  await connector.stop?.();
  const [first, second] = emitted;
  // As the OpenTelemetry Collector begins each series.
  assert.deepEqual(pointsOf(first, 'asInt'), ['calls 0', 'calls 0']);
  assert.deepEqual(pointsOf(second, 'asInt'), ['calls 2', 'calls 1']);
  const [resource] = (second?.resourceMetrics ?? []) as OtlpObject[];
  assert.deepEqual(resource?.resource, { attributes: texts(SHOP) });
  const [calls, duration] = metricsOf(second);
  assert.equal(calls?.name, 'traces.span.metrics.calls');
  const [ok, failed] = duration?.histogram?.dataPoints ?? [];
  const names = ok?.attributes?.map(({ key, value }) => `${key}=${value.stringValue}`) ?? [];
  assert.deepEqual(names.slice(0, 4), [
    'service.name=shop',
    'span.name=GET /',
    'span.kind=SPAN_KIND_SERVER',
    'status.code=STATUS_CODE_UNSET',
  ]);
  assert.match(names[4] ?? '', /^collector\.instance\.id=[0-9a-f-]{36}$/);
  assert.deepEqual(
    [ok?.count, ok?.sum, (ok?.bucketCounts as string[] | undefined)?.join('')],
    ['2', 20_003, `01${'0'.repeat(14)}1`],
  );
  assert.deepEqual(failed?.attributes?.[3], {
    key: 'status.code',
    value: { stringValue: 'STATUS_CODE_ERROR' },
  });
  assert.equal(failed?.sum, 12);
  assert.equal(duration?.unit, 'ms');
  assert.equal(duration?.histogram?.aggregationTemporality, 2);
});

/** What is sent at the end, of what was given in a moment. */
async function sentAtTheEnd(settings: object, ...given: readonly object[]) {
  const made = await makeConnector('spanmetrics', { metrics_flush_interval: HOUR, ...settings });
  for (const traces of given) made.give('traces', traces);
  await made.connector.stop?.();
  return made.emitted[0];
}

test('the end sends what has not been sent: nothing begins with 0 then', async () => {
  assert.deepEqual(pointsOf(await sentAtTheEnd({}, tracesOf(SHOP, {}, {})), 'asInt'), ['calls 2']);
});

test('dimensions are of the span, else of its resource, else what is said; others are left out', async () => {
  const sent = await sentAtTheEnd(
    {
      dimensions: [{ name: 'route' }, { name: 'region', default: 'none' }],
      calls_dimensions: [{ name: 'tenant' }],
      histogram: { dimensions: [{ name: 'host' }] },
      exclude_dimensions: ['span.kind', 'collector.instance.id'],
    },
    tracesOf({ ...SHOP, route: '/r', host: 'h' }, { attributes: texts({ route: '/s', tenant: 't' }) }, {}),
    tracesOf({ ...SHOP, region: 'eu' }, {}),
  );
  assert.deepEqual(
    pointsOf(
      sent,
      'asInt',
      ALWAYS.filter((key) => key !== 'span.kind'),
    ),
    ['calls route=/s region=none tenant=t 1', 'calls route=/r region=none 1', 'calls region=eu 1'],
  );
  assert.deepEqual(pointsOf(sent, 'sum'), [
    'duration route=/s region=none host=h 0',
    'duration route=/r region=none host=h 0',
    'duration region=eu 0',
  ]);
});

test('deltas hold what came since, each begins where the one before has ended, and what is not taken comes again', async () => {
  let isOpen = false;
  const tried: OtlpObject[] = [];
  const { give, connector, emitted, lines } = await makeConnector(
    'span_metrics',
    { metrics_flush_interval: '30ms', aggregation_temporality: 'AGGREGATION_TEMPORALITY_DELTA' },
    (request) => {
      tried.push(request.decoded());
      if (!isOpen) throw new OtelEventsError('EXPORT_FAILED', 'not now', { retry: {} });
    },
  );
  give('traces', tracesOf(SHOP, {}));
  await eventually(() => tried.length >= 2);
  give('traces', tracesOf(SHOP, {}, {}));
  isOpen = true;
  await eventually(() => emitted.length >= 2);
  await connector.stop?.();
  assert.deepEqual(
    emitted.map((sent) => pointsOf(sent, 'asInt')),
    [['calls 1'], ['calls 2']],
  );
  const times = emitted.map((sent) => metricsOf(sent)[0]?.sum?.dataPoints[0]);
  assert.equal(times[1]?.startTimeUnixNano, times[0]?.timeUnixNano);
  assert.ok(
    lines.some((line) => line.startsWith('warn metrics are not taken, they come with the next')),
    lines.join(),
  );
});

test('exemplars name spans, and events are counted by what they say', async () => {
  const ids = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' };
  const events = [
    { attributes: texts({ 'exception.type': 'A' }) },
    { attributes: texts({ 'exception.type': 'B' }) },
    {},
  ];
  const sent = await sentAtTheEnd(
    {
      exemplars: { enabled: true, max_per_data_point: 1 },
      events: { enabled: true, dimensions: [{ name: 'exception.type' }] },
    },
    tracesOf(SHOP, { ms: 5, ...ids, events }, { ms: 6, ...ids }),
  );
  const [calls] = metricsOf(sent);
  const point = calls?.sum?.dataPoints[0];
  assert.deepEqual(point?.exemplars, [{ timeUnixNano: point?.timeUnixNano, ...ids, asDouble: 5 }]);
  assert.deepEqual(
    pointsOf(sent, 'asInt').filter((line) => line.startsWith('events')),
    ['events exception.type=A 1', 'events exception.type=B 1', 'events 1'],
  );
});

test('a sampled span counts for those it stands for', async () => {
  const sent = await sentAtTheEnd(
    { enable_metrics_sampling_method: true },
    tracesOf(SHOP, { ms: 2, traceState: 'ot=th:8' }, { traceState: 'x=1' }),
  );
  assert.deepEqual(pointsOf(sent, 'asInt'), [
    'calls sampling.method=extrapolated 2',
    'calls sampling.method=counted 1',
  ]);
  assert.deepEqual(pointsOf(sent, 'sum')[0], 'duration sampling.method=extrapolated 4');
});

for (const kind of ['explicit', 'exponential']) {
  test(`what spans claim to stand for wraps no count and stops no metrics: ${kind}`, async () => {
    const claims = Array.from({ length: 20_000 }, () => ({ ms: 1, traceState: 'ot=th:ffffffffffffff' }));
    const large = Array.from({ length: 600 }, () => ({ ms: 1, traceState: 'ot=th:fffffffffff' }));
    const sent = await sentAtTheEnd({ histogram: { [kind]: {} } }, tracesOf(SHOP, ...claims, ...large, {}));
    const request = OtlpRequest.from('metrics', sent as OtlpObject);
    const [calls, duration] = metricsOf(
      OtlpRequest.read('metrics', 'protobuf', request.protobuf()).decoded(),
    );
    const counted = Number(calls?.sum?.dataPoints[0]?.asInt);
    assert.ok(counted > 20_600 && counted <= Number.MAX_SAFE_INTEGER, String(counted));
    const point = (duration?.histogram ?? (duration as { exponentialHistogram?: Data })?.exponentialHistogram)
      ?.dataPoints[0] as { count: string; zeroCount?: string; bucketCounts?: string[] };
    const { bucketCounts } = (point as { positive?: typeof point }).positive ?? point;
    const inside = (bucketCounts ?? []).reduce(
      (sum, count) => sum + Number(count),
      Number(point.zeroCount ?? 0),
    );
    assert.deepEqual([Number(point.count), inside], [counted, counted]);
  });
}

test('resources are told apart by the attributes that are named; those without a service are none', async () => {
  const sent = await sentAtTheEnd(
    { resource_metrics_key_attributes: ['service.name'] },
    tracesOf({ ...SHOP, pid: '1' }, {}),
    tracesOf({ ...SHOP, pid: '2' }, {}),
    tracesOf({ pid: '3' }, {}),
  );
  assert.deepEqual(pointsOf(sent, 'asInt'), ['calls 2']);
});

test('beyond aggregation_cardinality_limit all is counted in one series, and said', async () => {
  const made = await makeConnector('span_metrics', {
    metrics_flush_interval: HOUR,
    aggregation_cardinality_limit: 2,
  });
  made.give('traces', tracesOf(SHOP, ...['a', 'b', 'c', 'd', 'a'].map((name) => ({ name }))));
  await made.connector.stop?.();
  assert.deepEqual(
    pointsOf(
      made.emitted[0],
      'asInt',
      ALWAYS.filter((key) => key !== 'span.name'),
    ),
    ['calls span.name=a 2', 'calls span.name=b 1', 'calls otel.metric.overflow=true 2'],
  );
  assert.deepEqual(made.lines, [
    'warn too many series: the rest is counted in those with otel.metric.overflow connector=span_metrics count=4',
  ]);
});

test('without a limit memory is one: 64 MiB of series, and no span is lost', async () => {
  const made = await makeConnector('span_metrics', { metrics_flush_interval: HOUR });
  const long = 'x'.repeat(100_000);
  for (let index = 0; index < 400; index++) {
    made.give('traces', tracesOf({ ...SHOP, pid: String(index) }, { name: `${index}${long}` }));
  }
  await made.connector.stop?.();
  const counts = pointsOf(made.emitted[0], 'asInt', [...ALWAYS]);
  assert.ok(counts.length < 200, String(counts.length));
  assert.equal(
    counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0),
    400,
  );
  assert.match(made.lines.join(), /too many series/);
});

test('a series that is not seen for a while goes, and gives its memory back', async () => {
  const { give, connector, emitted } = await makeConnector('span_metrics', {
    metrics_flush_interval: '20ms',
    metrics_expiration: '40ms',
  });
  give('traces', tracesOf(SHOP, {}));
  await eventually(() => emitted.length >= 1);
  const before = emitted.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  await connector.stop?.();
  assert.ok(emitted.length - before < 5, String(emitted.length));
  const budget = new Budget(10);
  budget.change(10);
  assert.equal(budget.isSpent, true);
  budget.change(-10);
  assert.equal(budget.isSpent, false);
});

test('exponential buckets hold each number, and as many of them as they may', () => {
  const histogram = new ExponentialHistogram(4);
  for (const value of [0, 1, 2, 4, 4, 100]) histogram.add(value, 1);
  // Buckets at scale -1 grow by 4: (1/4, 1], (1, 4], (4, 16], (16, 64], (64, 256] would be five, so it is -2: by 16.
  assert.deepEqual(histogram.point(), {
    count: '6',
    sum: 111,
    scale: -2,
    zeroCount: '1',
    positive: { offset: -1, bucketCounts: ['1', '3', '1'] },
    negative: {},
    min: 0,
    max: 100,
  });
  const one = new ExponentialHistogram(160);
  one.add(1.5, 3);
  const { scale, positive } = one.point() as unknown as {
    scale: number;
    positive: { offset: number; bucketCounts: string[] };
  };
  assert.deepEqual(
    [scale, positive],
    [20, { offset: Math.floor(Math.log2(1.5) * 2 ** 20), bucketCounts: ['3'] }],
  );
});

test('what it sends can be read by anybody: it survives protobuf', async () => {
  for (const settings of [{}, { histogram: { exponential: {} } }]) {
    const sent = (await sentAtTheEnd(settings, tracesOf(SHOP, { ms: 1.5 }, { ms: 40 }))) as OtlpObject;
    const bytes = OtlpRequest.from('metrics', sent).protobuf();
    assert.deepEqual(OtlpRequest.read('metrics', 'protobuf', bytes).decoded(), sent);
  }
});

for (const [settings, problem] of [
  [{ dimensions: [{ name: 'span.name' }] }, /^dimensions\[0\]\.name: is there already/],
  [{ dimensions: [{ glob: 'http.*' }] }, /glob: only the OpenTelemetry Collector has this/],
  [
    { histogram: { explicit: {}, exponential: {} } },
    /^histogram: expected explicit or exponential, got both/,
  ],
  [{ events: { enabled: true } }, /^events\.dimensions: expected at least one/],
  [{ metrics_flush_interval: '0s' }, /^metrics_flush_interval: expected a duration above 0/],
  [{ histogram: { unit: 'h' } }, /^histogram\.unit: expected ms or s/],
  [
    { histogram: 5, events: [], dimensions: 'a' },
    /^dimensions: expected a list.*\nhistogram: expected a mapping.*\nevents: expected a mapping/,
  ],
] as const) {
  test(`settings are refused: ${JSON.stringify(settings)}`, async () => {
    assert.match((await problemsOf('span_metrics', settings)).join('\n'), problem);
  });
}

test('it goes on over a reload, into the pipelines of the new configuration, and sends the rest at the end', async (t) => {
  const taken: string[] = [];
  const mine = (name: string) => async (batch: { count: number }) =>
    void taken.push(`${name} ${batch.count}`);
  const configOf = (exporter: string, more: object = {}) => ({
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    connectors: { span_metrics: { metrics_flush_interval: HOUR, histogram: { disable: true } } },
    service: {
      pipelines: {
        traces: { receivers: ['otlp'], exporters: ['span_metrics'] },
        metrics: { receivers: ['span_metrics'], exporters: [exporter] },
      },
      ...more,
    },
  });
  const collector = await startCollector({
    config: configOf('a'),
    exporters: { a: mine('a'), b: mine('b') },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const send = async (name: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(tracesOf(SHOP, { name }));
    const response = await fetch(`${collector.endpoint}/v1/traces`, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
  };
  await send('x');
  await collector.reload(configOf('b'));
  await send('y');
  await collector.stop();
  assert.deepEqual(taken, ['b 2']);
});
