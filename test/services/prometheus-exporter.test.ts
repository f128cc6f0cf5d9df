// What the `prometheus` exporter shows: both engines have to show the same of the same requests.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { startCollector } from '../../src/collector/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { freePort } from './free-port.ts';
import { type Json, PROMETHEUS_CASES } from './prometheus-cases.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';
import { startPrometheus } from './start-prometheus.ts';

for (const { title, settings = {}, requests, accept, atLeast = 1 } of PROMETHEUS_CASES) {
  test(`both engines show the same: ${title}`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const real = await throughReal(t, settings, requests, accept);
    const embedded = await throughEmbedded(t, settings, requests, accept);
    assert.ok(real.lines.length >= atLeast, `${real.lines.length} lines: ${real.lines.join('\n')}`);
    assert.deepEqual(embedded, real);
  });
}

interface Scrape {
  readonly type: string | null;
  readonly lines: readonly string[];
}

async function throughReal(
  t: TestContext,
  settings: Json,
  requests: readonly Json[],
  accept?: string,
  waitMs?: number,
): Promise<Scrape> {
  const port = await freePort();
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const yaml = stringify(configuration(endpoint, { endpoint: `127.0.0.1:${port}`, ...settings }));
  const collector = await startOtelcol({ yaml, dir: tempDir(t) });
  t.after(() => collector.kill());
  for (const one of requests) await post(`${collector.endpoint}/v1/metrics`, one);
  return scrape(`http://127.0.0.1:${port}/metrics`, accept, waitMs);
}

async function throughEmbedded(
  t: TestContext,
  settings: Json,
  requests: readonly Json[],
  accept?: string,
  waitMs?: number,
): Promise<Scrape> {
  const config = configuration('localhost:0', { endpoint: 'localhost:0', ...settings });
  const collector = await startCollector({ config, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  for (const one of requests) await post(`${collector.endpoint}/v1/metrics`, one);
  return scrape(collector.endpoints.prometheus ?? '', accept, waitMs);
}

function configuration(endpoint: string, settings: Json): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { prometheus: settings },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } },
    },
  };
}

async function post(url: string, body: Json): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
}

async function scrape(url: string, accept = 'text/plain', waitMs = 50): Promise<Scrape> {
  await sleep(waitMs);
  const response = await fetch(url, { headers: { accept } });
  const lines = (await response.text()).split('\n');
  return { type: response.headers.get('content-type'), lines: lines.toSorted() };
}

test('both engines forget what gets no points', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const settings = { metric_expiration: '300ms' };
  const requests = PROMETHEUS_CASES[0]?.requests ?? [];
  const wait = 600;
  const real = await throughReal(t, settings, requests, 'text/plain', wait);
  assert.deepEqual(await throughEmbedded(t, settings, requests, 'text/plain', wait), real);
  assert.deepEqual(real.lines, ['']);
});

test('Prometheus scrapes it, and answers queries', async (t) => {
  if (!requireService(t, 'prometheus')) return;
  const config = configuration('localhost:0', { endpoint: 'localhost:0', enable_open_metrics: true });
  const collector = await startCollector({ config, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const every = PROMETHEUS_CASES.find(({ title }) => title === 'every kind');
  for (const one of every?.requests ?? []) await post(`${collector.endpoint}/v1/metrics`, one);
  const target = new URL(collector.endpoints.prometheus ?? '').host;
  const prometheus = await startPrometheus({
    dir: tempDir(t),
    targets: {},
    jobs: { events: target },
    scrapeInterval: '1s',
  });
  t.after(() => prometheus.stop());
  const queries = {
    up: 'up{job="events"}',
    counter: 'c_total{exported_job="eu/shop"}',
    bucket: 'h_milliseconds_bucket{le="+Inf"}',
    info: 'count(target_info)',
  };
  const expected = { up: '1', counter: '7', bucket: '4', info: '1' };
  let found = {};
  for (let tries = 0; tries < 100; tries++) {
    found = Object.fromEntries(
      await Promise.all(
        Object.entries(queries).map(async ([name, query]) => [name, await answerTo(prometheus.url, query)]),
      ),
    );
    if (isDeepStrictEqual(found, expected)) break;
    await sleep(200);
  }
  assert.deepEqual(found, expected);
});

async function answerTo(url: string, query: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result[0]?.value[1];
}
