// What either engine has written to files is read again, and written as it was.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { eventually, logsOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { metricsRequest } from './metrics-request.ts';
import { logsRequest, tracesRequest } from './otlp-request.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';

const SIGNALS = ['logs', 'traces', 'metrics'];

const REQUESTS: readonly (readonly [signal: string, request: object])[] = [
  ['logs', logsRequest('a')],
  ['traces', tracesRequest('5b8efff798038103d269b633813fc60c', 'span')],
  ['metrics', metricsRequest()],
  ['logs', logsOf(...Array.from({ length: 1_000 }, (_, index) => `n${index} ä \u2028 \\"`))],
  ['logs', logsRequest('b')],
];

function configOf(receivers: object, file: string): object {
  const pipeline = { receivers: Object.keys(receivers), exporters: ['file'] };
  return {
    receivers,
    exporters: { file: { path: file, rotation: { max_megabytes: 100 } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(SIGNALS.map((signal) => [signal, pipeline])),
    },
  };
}

async function sendAll(endpoint: string): Promise<void> {
  for (const [signal, request] of REQUESTS) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(request);
    const response = await fetch(`${endpoint}/v1/${signal}`, { method: 'POST', headers, body });
    assert.equal(response.status, 200, await response.text());
  }
}

async function writtenByReal(t: TestContext, file: string): Promise<void> {
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const yaml = JSON.stringify(configOf({ otlp: { protocols: { http: { endpoint } } } }, file));
  const collector = await startOtelcol({ yaml, dir: tempDir(t) });
  t.after(() => collector.kill());
  await sendAll(collector.endpoint);
  await collector.stop();
}

async function writtenByUs(t: TestContext, file: string): Promise<void> {
  const otlp = { protocols: { http: { endpoint: 'localhost:0' } } };
  const collector = await startCollector({ config: configOf({ otlp }, file), write: () => {} });
  t.after(() => collector.stop());
  await sendAll(collector.endpoint);
}

for (const [engine, writer] of [
  ['the OpenTelemetry Collector', writtenByReal],
  ['the embedded engine', writtenByUs],
] as const) {
  test(`files of ${engine} are read, and written again as they were`, async (t) => {
    if (engine !== 'the embedded engine' && !requireService(t, 'otelcol')) return;
    const dir = tempDir(t);
    const [first, second] = [path.join(dir, 'first.jsonl'), path.join(dir, 'second.jsonl')];
    await writer(t, first);
    const log: string[] = [];
    const collector = await startCollector({
      config: configOf({ otlpjsonfile: { include: [first], start_at: 'beginning' } }, second),
      write: (line) => void log.push(line),
    });
    t.after(() => collector.stop());
    const size = readFileSync(first).length;
    await eventually(() => existsSync(second) && readFileSync(second).length >= size);
    assert.deepEqual(readFileSync(second, 'utf8'), readFileSync(first, 'utf8'));
    const accepted = () => collector.stats().receivers.otlpjsonfile?.accepted;
    // What is in the file is counted a moment later.
    await eventually(() => accepted()?.logs === 1_002);
    assert.deepEqual(accepted(), { logs: 1_002, traces: 1, metrics: 7 });
    assert.deepEqual(log, []);
  });
}
