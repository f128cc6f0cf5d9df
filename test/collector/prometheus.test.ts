// The `prometheus` exporter in a collector that runs: test/services/prometheus-exporter.test.ts compares it with the real one.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { eventually } from './samples.ts';
import { withoutTime } from './without-time.ts';

const RECEIVERS = { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } };
const SERVICE = { pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } } };

function configOf(settings: object, service: object = SERVICE): object {
  return {
    receivers: RECEIVERS,
    exporters: { prometheus: { endpoint: 'localhost:0', ...settings } },
    service,
  };
}

async function start(t: TestContext, settings: object = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: configOf(settings),
    write: (line) => lines.push(withoutTime(line)),
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const url = collector.endpoints.prometheus ?? '';
  const send = async (...metrics: readonly object[]): Promise<number> => {
    const body = JSON.stringify({ resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ metrics }] }] });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${collector.endpoint}/v1/metrics`, { method: 'POST', headers, body })).status;
  };
  const scrape = async (headers = {}): Promise<string> => (await fetch(url, { headers })).text();
  return { collector, lines, url, send, scrape };
}

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
const RESOURCE = {
  attributes: [text('service.name', 'shop'), text('service.instance.id', 'a'), text('host.name', 'box')],
};
const TIMES = { startTimeUnixNano: '1700000000000000000', timeUnixNano: '1700000001500000000' };
const EXEMPLAR = { timeUnixNano: '1700000001000000000', traceId: '5b8efff798038103d269b633813fc60c' };
const ORDERS = {
  name: 'orders.placed',
  description: 'all of them',
  unit: '{order}',
  sum: {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [
      {
        ...TIMES,
        asInt: '7',
        attributes: [text('pay.with', 'a "card"')],
        exemplars: [{ ...EXEMPLAR, asInt: '2' }],
      },
    ],
  },
};
const LATENCY = {
  name: 'latency',
  unit: 'ms',
  histogram: {
    aggregationTemporality: 2,
    dataPoints: [
      { ...TIMES, count: '6', sum: 44.5, bucketCounts: ['1', '2', '3'], explicitBounds: [0.5, 1e6] },
    ],
  },
};
const gaugeOf = (name: string, ...attributes: readonly object[]): object => ({
  name,
  gauge: { dataPoints: [{ ...TIMES, attributes, asDouble: 0.5 }] },
});

const SCOPE = 'otel_scope_name="",otel_scope_schema_url="",otel_scope_version=""';
const FROM = `instance="a",job="shop",${SCOPE}`;

test('the last points are shown in the text format, under names that Prometheus has', async (t) => {
  const { send, scrape } = await start(t);
  assert.equal(await send(ORDERS, LATENCY), 200);
  assert.equal(
    await scrape(),
    `# HELP latency_milliseconds ${''}
# TYPE latency_milliseconds histogram
latency_milliseconds_bucket{${FROM},le="0.5"} 1
latency_milliseconds_bucket{${FROM},le="1e+06"} 3
latency_milliseconds_bucket{${FROM},le="+Inf"} 6
latency_milliseconds_sum{${FROM}} 44.5
latency_milliseconds_count{${FROM}} 6
# HELP orders_placed_total all of them
# TYPE orders_placed_total counter
orders_placed_total{${FROM},pay_with="a \\"card\\""} 7
# HELP target_info Target metadata
# TYPE target_info gauge
target_info{host_name="box",instance="a",job="shop"} 1
`,
  );
});

test('OpenMetrics has exemplars and an end, for scrapers that ask for it', async (t) => {
  const settings = { enable_open_metrics: true, send_timestamps: true, without_scope_info: true };
  const { send, scrape, url } = await start(t, settings);
  await send(ORDERS);
  const accept = 'text/plain;q=0.5, application/openmetrics-text; version=1.0.0';
  assert.equal(
    await scrape({ accept }),
    `# HELP orders_placed all of them
# TYPE orders_placed counter
orders_placed_total{instance="a",job="shop",pay_with="a \\"card\\""} 7.0 1.7000000015e+09 # {trace_id="5b8efff798038103d269b633813fc60c"} 2.0 1.700000001e+09
# HELP target_info Target metadata
# TYPE target_info gauge
target_info{host_name="box",instance="a",job="shop"} 1.0
# EOF
`,
  );
  const types = await Promise.all(
    [accept, 'text/plain', 'application/xml'].map(async (wanted) =>
      (await fetch(url, { headers: { accept: wanted } })).headers.get('content-type'),
    ),
  );
  assert.deepEqual(types, [
    'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  ]);
});

test('a pipeline that only shows is answered with 200, and says at the start that nothing is kept', async (t) => {
  const { lines, send, collector } = await start(t);
  assert.equal(await send(ORDERS), 200);
  // And nothing else: where it listens is said once, by who starts it.
  assert.deepEqual(lines, ['WARN nothing is kept pipeline=metrics exporters=prometheus']);
  const { sent, dropped } = collector.stats().exporters.prometheus ?? {};
  assert.deepEqual({ sent, dropped }, { sent: 1, dropped: 0 });
});

test('points that can never be shown are counted as dropped, with the reason', async (t) => {
  const { send, collector } = await start(t);
  const upDown = { ...ORDERS.sum, aggregationTemporality: 1, isMonotonic: false };
  await send(ORDERS, { ...ORDERS, name: 'updown', sum: upDown });
  const { sent, dropped, dropReasons } = collector.stats().exporters.prometheus ?? {};
  assert.deepEqual(
    { sent, dropped, dropReasons },
    { sent: 1, dropped: 1, dropReasons: { 'a sum of deltas that is not monotonic': 1 } },
  );
});

test('a metric that cannot be shown is told once, without its values, and hides no other', async (t) => {
  const { send, scrape, lines } = await start(t);
  await send(gaugeOf('fine'), gaugeOf('clash', text('a.b', 'secret'), text('a_b', 'secret')));
  const shown = await scrape();
  await scrape();
  assert.match(shown, /^fine\{/m);
  assert.doesNotMatch(shown, /clash/);
  assert.deepEqual(
    lines.filter((line) => line.includes('not shown')),
    ['WARN a metric is not shown exporter=prometheus metric=clash reason="two labels are called a_b"'],
  );
  assert.doesNotMatch(lines.join('\n'), /secret/);
});

test('where nothing can be shown, a scrape is empty', async (t) => {
  const { url, scrape, collector } = await start(t);
  assert.equal(await scrape(), '');
  const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [gaugeOf('...')] }] }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.endpoint}/v1/metrics`, { method: 'POST', headers, body });
  const answer = await fetch(url);
  assert.deepEqual([answer.status, await answer.text()], [200, '']);
});

test('other paths are not found, HEAD has no body, and gzip is given to who asks', async (t) => {
  const { url, send } = await start(t);
  await send(ORDERS);
  assert.equal((await fetch(url.replace('/metrics', '/'))).status, 404);
  const head = await fetch(url, { method: 'HEAD' });
  assert.equal(await head.text(), '');
  assert.match(head.headers.get('content-type') ?? '', /^text\/plain/);
  const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.match(await zipped.text(), /orders_placed_total/);
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
});

test('a port that is taken fails the start, and a collector that is stopped answers no scrape', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  await assert.rejects(
    startCollector({ config: configOf({ endpoint: `localhost:${port}` }), write: () => {} }),
    {
      code: 'COLLECTOR_START_FAILED',
      message: `exporters.prometheus: cannot listen on localhost:${port}: the port is in use`,
    },
  );
  const { collector, url } = await start(t);
  await collector.stop({ timeoutMs: 0 });
  await assert.rejects(fetch(url));
});

const WRONG: readonly (readonly [title: string, settings: object, problem: RegExp])[] = [
  ['no endpoint', { endpoint: null }, /prometheus\.endpoint: is missing/],
  ['a key that is misspelt', { const_label: {} }, /const_label: unknown key; did you mean const_labels/],
  ['a key of the real one', { tls: {} }, /tls: only the OpenTelemetry Collector has this/],
  ['names in UTF-8', { translation_strategy: 'NoTranslation' }, /only the OpenTelemetry Collector has this/],
  [
    'a label that is reserved',
    { const_labels: { __x: 'y' } },
    /const_labels\.__x: expected the name of a label/,
  ],
  ['a duration that is none', { metric_expiration: 'long' }, /metric_expiration: expected a duration/],
];
for (const [title, settings, message] of WRONG) {
  test(`a configuration is refused: ${title}`, async () => {
    const started = startCollector({ config: configOf(settings), write: () => {} });
    await assert.rejects(started, { code: 'COLLECTOR_CONFIG_INVALID', message });
  });
}

test('a pipeline of logs cannot name it, and two cannot have one address', async () => {
  const pipeline = { receivers: ['otlp'], exporters: ['prometheus'] };
  const started = startCollector({
    config: configOf({}, { pipelines: { logs: pipeline } }),
    write: () => {},
  });
  await assert.rejects(started, { message: /endpoint: is of metrics, and a pipeline of logs names it/ });
  const exporters = { prometheus: { endpoint: ':9' }, 'prometheus/b': { endpoint: ':9' } };
  const pipelines = { metrics: { receivers: ['otlp'], exporters: Object.keys(exporters) } };
  const both = startCollector({ config: { receivers: RECEIVERS, exporters, service: { pipelines } } });
  await assert.rejects(both, { message: /prometheus\/b\.endpoint: exporters\.prometheus listens there/ });
});

test('add_metric_suffixes changes nothing, as in the real one, and is told so', async (t) => {
  const { lines, send, scrape } = await start(t, { add_metric_suffixes: false });
  await send(ORDERS);
  assert.match(await scrape(), /^orders_placed_total\{/m);
  assert.ok(
    lines.some((line) => line.startsWith('WARN add_metric_suffixes has no effect')),
    lines.join('\n'),
  );
});

test('many scrapers at once are told to come again, and one that goes away leaves its place', async (t) => {
  const { url, send, lines } = await start(t);
  // More than the buffers of a connection hold.
  const points = Array.from({ length: 12_000 }, (_, index) => ({
    ...TIMES,
    asInt: '1',
    attributes: [text('i', `${index} ${'x'.repeat(800)}`)],
  }));
  await send({ name: 'many', gauge: { dataPoints: points } });
  const { hostname, port } = new URL(url);
  const slow = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('readable', resolve));
      return socket;
    }),
  );
  const ninth = await fetch(url, { method: 'HEAD' });
  assert.equal(ninth.status, 503);
  slow[0]?.destroy();
  await eventually(async () => (await fetch(url, { method: 'HEAD' })).status === 200);
  assert.ok(!lines.some((line) => line.includes('a scrape failed')), lines.join('\n'));
});
