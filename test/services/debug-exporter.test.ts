// What the `debug` exporter counts, and how much of it is shown: both engines have to say the same.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { tempDir } from '../harness/temp-dir.ts';
import { type Engine, engines } from './engines.ts';
import { metricsRequest } from './metrics-request.ts';
import { logsRequest, postJson, tracesRequest } from './otlp-request.ts';
import { requireService } from './require-service.ts';

const TIMES = 7;

/** The counts of each line that says how many there are, `items/resources` or `items/resources/metrics`, by their number. */
async function shownBy(engine: Engine, t: TestContext, settings: object): Promise<Record<string, number>> {
  const dir = tempDir(t);
  const config = path.join(dir, 'debug.yaml');
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const pipeline = { receivers: ['otlp'], exporters: ['debug'] };
  await writeFile(
    config,
    stringify({
      receivers: { otlp: { protocols: { http: { endpoint } } } },
      exporters: { debug: settings },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { logs: pipeline, traces: pipeline, metrics: pipeline },
      },
    }),
  );
  const collector = await engine.start({ config, dir });
  t.after(() => collector.kill());
  const spans = tracesRequest('0af7651916cd43dd8448eb211c80319c', 'a');
  // All at once: they have to be in one second.
  const requests = Object.entries({ logs: logsRequest('a'), traces: spans, metrics: metricsRequest() });
  const sent = Array.from({ length: TIMES }, () => requests).flat();
  const statuses = sent.map(([signal, request]) => postJson(`${collector.endpoint}/v1/${signal}`, request));
  assert.deepEqual(await Promise.all(statuses), Array(sent.length).fill(200));
  await sleep(300);
  return countsIn(collector.log());
}

function countsIn(log: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (...parts: readonly (string | undefined)[]): void => {
    const key = parts.filter((part) => part !== undefined).join('/');
    counts[key] = (counts[key] ?? 0) + 1;
  };
  for (const line of log.split('\n')) {
    const ours = /debug: (\w+) items=(\d+) resources=(\d+)(?: metrics=(\d+))?$/.exec(line);
    if (ours !== null) add(...ours.slice(1));
    const real =
      /"resource (\w+)": (\d+), (?:"metrics": (\d+), )?"(?:log records|spans|data points)": (\d+)/.exec(line);
    if (real !== null) add(real[1] === 'spans' ? 'traces' : real[1], real[4], real[2], real[3]);
  }
  return counts;
}

const CASES: readonly (readonly [title: string, settings: object, shown: number])[] = [
  ['everything unless told otherwise', {}, TIMES],
  ['the first three of each second', { sampling_initial: 3, sampling_thereafter: 0 }, 3],
  ['the first, then each third', { sampling_initial: 1, sampling_thereafter: 3 }, 3],
  ['with all that is in it', { verbosity: 'detailed', sampling_initial: 2, sampling_thereafter: 0 }, 2],
  ['on standard output', { use_internal_logger: false, sampling_initial: 2, sampling_thereafter: 2 }, 4],
];

for (const [title, settings, shown] of CASES) {
  test(`both engines show ${title}`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const all = [];
    for (const engine of engines) all.push(await shownBy(engine, t, settings));
    const expected = { 'logs/1/1': shown, 'traces/1/1': shown, 'metrics/7/1/5': shown };
    assert.deepEqual(all, [expected, expected]);
  });
}
