// What connectors make of the same requests: both engines have to make the same.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startCollector } from '../../src/collector/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { metricsRequest } from './metrics-request.ts';
import { keyValues } from './ottl-conformance.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';

type Json = { [name: string]: Json } | Json[] | string | number | boolean | null;
type Signal = 'logs' | 'traces' | 'metrics';

interface Case {
  readonly title: string;
  readonly connector: string;
  readonly settings: object | null;
  readonly signal: Signal;
  /** Which line of the file is compared: a cumulative series begins with 0. */
  readonly line?: number;
}

const at = (ms: number) => String(1_700_000_000_000_000_000n + BigInt(Math.round(ms * 1e6)));
const span = (name: string, ms: number, more: object = {}) => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  name,
  kind: 2,
  startTimeUnixNano: at(0),
  endTimeUnixNano: at(ms),
  ...more,
});
const event = (name: string, attributes: object) => ({
  name,
  timeUnixNano: at(1),
  attributes: keyValues(attributes),
});

const REQUESTS: Readonly<Record<Signal, object>> = {
  traces: {
    resourceSpans: [
      {
        resource: { attributes: keyValues({ 'service.name': 'shop', region: 'eu' }) },
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1' },
            spans: [
              span('GET /', 3, { attributes: keyValues({ 'http.method': 'GET', n: 5 }) }),
              span('GET /', 0),
              span('GET /', 1500.25, {
                status: { code: 2 },
                attributes: keyValues({ 'http.method': 'GET' }),
              }),
              span('other', 10, {
                kind: 0,
                traceState: 'ot=th:8',
                events: [event('exception', { 'exception.type': 'A' }), event('e', {})],
              }),
              span('backwards', -5, { status: { code: 1 } }),
            ],
          },
          { scope: { name: 'lib2' }, spans: [span('GET /2', 64)] },
        ],
      },
      {
        resource: { attributes: keyValues({ region: 'us' }) },
        scopeSpans: [{ scope: {}, spans: [span('nobody', 1)] }],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        resource: { attributes: keyValues({ 'service.name': 'shop' }) },
        scopeLogs: [
          {
            scope: { name: 'lib', attributes: keyValues({ team: 'a' }) },
            logRecords: [
              {
                timeUnixNano: at(5),
                severityNumber: 9,
                body: { stringValue: 'a' },
                attributes: keyValues({ env: 'prod' }),
              },
              {
                timeUnixNano: at(2),
                severityNumber: 17,
                body: { stringValue: 'b' },
                attributes: keyValues({ env: 7 }),
              },
              { timeUnixNano: at(9), severityNumber: 17, body: { stringValue: 'c' } },
            ],
          },
        ],
      },
      { resource: {}, scopeLogs: [{ scope: {}, logRecords: [{ timeUnixNano: at(1), severityNumber: 1 }] }] },
    ],
  },
  metrics: metricsRequest(),
};

const SPAN_METRICS = { metrics_flush_interval: '1s' };
const spanMetrics = (title: string, settings: object = {}, line = 1): Case => ({
  title,
  connector: 'span_metrics',
  settings: { ...SPAN_METRICS, ...settings },
  signal: 'traces',
  line,
});
const count = (title: string, signal: Signal, settings: object | null = null): Case => ({
  title,
  connector: 'count',
  settings,
  signal,
});

const CASES: readonly Case[] = [
  count('counts of logs', 'logs'),
  count('counts of traces', 'traces'),
  count('counts of metrics', 'metrics'),
  count('counts under conditions', 'logs', {
    logs: {
      errors: { description: 'of errors', conditions: ['severity_number >= SEVERITY_NUMBER_ERROR'] },
      some: { conditions: ['attributes["env"] == "prod"', 'log.body == "c"'] },
      none: { conditions: ['body == "x"'] },
    },
  }),
  count('counts by attributes', 'logs', {
    logs: {
      env: { attributes: [{ key: 'env' }] },
      'with.default': {
        attributes: [
          { key: 'env', default_value: 'none' },
          { key: 'team', default_value: 3 },
        ],
      },
      around: { attributes: [{ key: 'team' }, { key: 'service.name' }] },
    },
  }),
  count('counts of events and points', 'traces', {
    spanevents: {
      exceptions: { conditions: ['spanevent.name == "exception"'], attributes: [{ key: 'exception.type' }] },
    },
    spans: { s: { conditions: ['span.kind == SPAN_KIND_SERVER'], attributes: [{ key: 'region' }] } },
  }),
  count('counts of points by type', 'metrics', {
    datapoints: { sums: { conditions: ['metric.type == METRIC_DATA_TYPE_SUM'] } },
    metrics: { named: { conditions: ['metric.name == "gauge"'] } },
  }),
  spanMetrics('the first metrics of spans', {}, 0),
  spanMetrics('metrics of spans'),
  spanMetrics('dimensions', {
    dimensions: [{ name: 'http.method', default: 'none' }, { name: 'region' }],
    calls_dimensions: [{ name: 'n' }],
    histogram: {
      unit: 's',
      explicit: { buckets: ['1ms', '3ms', '64ms', '1.5s'] },
      dimensions: [{ name: 'n', default: '-' }],
    },
    exclude_dimensions: ['span.kind'],
    namespace: 'mine',
  }),
  spanMetrics(
    'exponential buckets, exemplars and events',
    {
      histogram: { exponential: { max_size: 8 } },
      events: { enabled: true, dimensions: [{ name: 'exception.type' }, { name: 'region' }] },
      exemplars: { enabled: true, max_per_data_point: 2 },
    },
    0,
  ),
  spanMetrics('exponential buckets as they are', { histogram: { exponential: {} } }),
  spanMetrics(
    'deltas',
    { aggregation_temporality: 'AGGREGATION_TEMPORALITY_DELTA', enable_metrics_sampling_method: true },
    0,
  ),
  spanMetrics('a limit of series', { aggregation_cardinality_limit: 1 }),
  spanMetrics('no durations, and a scope', {
    histogram: { disable: true },
    namespace: '',
    include_instrumentation_scope: ['lib'],
  }),
];

for (const one of CASES) {
  test(`both engines make the same: ${one.title}`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const embedded = await throughEmbedded(t, one);
    const real = await throughReal(t, one);
    assert.deepEqual(embedded, real);
  });
}

async function throughReal(t: TestContext, one: Case): Promise<Json> {
  const dir = tempDir(t);
  const file = path.join(dir, 'out.jsonl');
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const collector = await startOtelcol({ yaml: stringify(configuration(one, endpoint, file)), dir });
  t.after(() => collector.kill());
  return outcome(collector.endpoint, one, file);
}

async function throughEmbedded(t: TestContext, one: Case): Promise<Json> {
  const file = path.join(tempDir(t), 'out.jsonl');
  const collector = await startCollector({
    config: configuration(one, 'localhost:0', file),
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return outcome(collector.endpoint, one, file);
}

/** What the connector makes goes through `forward` to a file. */
function configuration({ connector, settings, signal }: Case, endpoint: string, file: string): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { file: { path: file, rotation: { max_megabytes: 100 } } },
    connectors: { [connector]: settings, forward: null },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        [`${signal}/in`]: { receivers: ['otlp'], exporters: [connector] },
        'metrics/made': { receivers: [connector], exporters: ['forward'] },
        'metrics/out': { receivers: ['forward'], exporters: ['file'] },
      },
    },
  };
}

async function outcome(endpoint: string, { signal, line = 0 }: Case, file: string): Promise<Json> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(REQUESTS[signal]);
  const response = await fetch(`${endpoint}/v1/${signal}`, { method: 'POST', headers, body });
  assert.equal(response.status, 200, await response.text());
  for (;;) {
    const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n').slice(0, -1) : [];
    // The real one sends metrics of nothing too, before there are spans.
    const said = lines.filter((text) => text.includes('dataPoints'));
    const found = said[line];
    if (found !== undefined) return plain(JSON.parse(found));
    await sleep(20);
  }
}

/** Without what differs by chance: the order, times of the clock, and who has counted. */
function plain(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(plain);
    return items.every((item) => typeof item === 'object')
      ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value.key === 'collector.instance.id') return { key: value.key };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inside]) => !/^(?:start)?[tT]imeUnixNano$/.test(name) || !isNow(inside))
      .map(([name, inside]) => [name, plain(inside)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Times of the requests are of 2023. */
function isNow(time: Json | undefined): boolean {
  return typeof time === 'string' && Math.abs(Number(time) / 1e6 - Date.now()) < 60_000;
}
