// What a collector shows of itself: for the same traffic both engines have to show the same.
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startCollector } from '../../src/collector/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { freePort } from './free-port.ts';
import { requireService } from './require-service.ts';
import { freePorts, startOtelcol } from './start-otelcol.ts';

/** What only the real collector shows; docs/watch-collector.md says why. */
const ONLY_THERE =
  /^(otelcol_exporter_in_flight_requests|otelcol_receiver_failed_|otelcol_processor_batch_|otelcol_processor_probabilistic_sampler_|otelcol_process_runtime_total_|promhttp_)/;

/** What only this engine shows. */
const ONLY_HERE = /^otel_events_|\{exporter="nop"\}$/;

/** Of which no two processes show the same values. */
const OF_THE_PROCESS = /^(otelcol_process_|target_info)/;

interface Scrape {
  readonly types: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, number>;
}

type Parts = Readonly<Record<'processors' | 'exporters' | 'pipelines', object>>;
type Send = (url: string) => Promise<void>;

async function bothShow(
  t: TestContext,
  parts: (dir: string) => Parts,
  send: Send,
): Promise<[Scrape, Scrape]> {
  const configOf = (httpPort: number, metricsPort: number) => {
    const { pipelines, ...components } = parts(tempDir(t));
    const prometheus = { host: '127.0.0.1', port: metricsPort };
    return {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${httpPort}` } } } },
      ...components,
      service: { telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus } } }] } }, pipelines },
    };
  };
  const ports = await freePorts();
  const yaml = stringify(configOf(ports.http, ports.metrics));
  const real = await startOtelcol({ yaml, dir: tempDir(t), ports });
  t.after(() => real.kill());
  const embedded = await startCollector({ config: configOf(0, 0), write: () => {} });
  t.after(() => embedded.stop({ timeoutMs: 0 }));
  for (const { endpoint } of [real, embedded]) await send(endpoint);
  // What is in queues is sent, or given up, by then.
  await sleep(1_000);
  const own = embedded.endpoints['service.telemetry.metrics'] ?? '';
  return [await scrape(`http://127.0.0.1:${ports.metrics}/metrics`), await scrape(own)];
}

async function scrape(url: string): Promise<Scrape> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# HELP '));
  const types = lines.flatMap((line) => (line.startsWith('# TYPE ') ? [line.split(' ').slice(2)] : []));
  const values = lines.flatMap((line) =>
    line.startsWith('#') ? [] : [/^(.+) (\S+)$/.exec(line)?.slice(1) ?? []],
  );
  return {
    types: new Map(types.map(([name = '', type = '']) => [name, type])),
    values: new Map(values.map(([series = '', value]) => [series, Number(value)])),
  };
}

function compare(real: Scrape, embedded: Scrape): void {
  const shownThere = [...real.values].filter(
    ([series]) => !ONLY_THERE.test(series) && !OF_THE_PROCESS.test(series),
  );
  const shownHere = shownThere.map(([series]) => [series, embedded.values.get(series)]);
  assert.deepEqual(shownHere, shownThere);
  const types = [...real.types].filter(([name]) => !ONLY_THERE.test(name));
  assert.deepEqual(
    types.map(([name]) => [name, embedded.types.get(name)]),
    types,
  );
  // Counters are there from the start here, and from the first item on there.
  const onlyHere = [...embedded.values].filter(
    ([series]) => !real.values.has(series) && !OF_THE_PROCESS.test(series),
  );
  const unexpected = onlyHere.filter(([series, value]) => value !== 0 && !ONLY_HERE.test(series));
  assert.deepEqual(unexpected, []);
}

const record = (text: string) => ({ body: { stringValue: text } });
const LOGS = {
  resourceLogs: [{ scopeLogs: [{ logRecords: [record('a'), record('b'), record('drop')] }] }],
};
const SPANS = {
  resourceSpans: [
    {
      scopeSpans: [
        { spans: [{ name: 's', traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '0102030405060708' }] },
      ],
    },
  ],
};
const POINTS = {
  resourceMetrics: [
    {
      scopeMetrics: [
        { metrics: [{ name: 'g', gauge: { dataPoints: [{ asInt: '1', timeUnixNano: '1' }] } }] },
      ],
    },
  ],
};

async function post(url: string, signal: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/${signal}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

test('both engines show the same of pipelines of three signals', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const [good, bad] = [await httpSink(), await httpSink((_, response) => response.writeHead(400).end())];
  t.after(() => Promise.all([good.close(), bad.close()]));
  const shown = await bothShow(
    t,
    (dir) => ({
      processors: {
        memory_limiter: { check_interval: '1s', limit_mib: 4000 },
        filter: { log_conditions: ['log.body == "drop"'] },
        'attributes/x': { actions: [{ key: 'a', value: 'b', action: 'insert' }] },
        probabilistic_sampler: { sampling_percentage: 100 },
      },
      exporters: {
        file: { path: path.join(dir, 'a.jsonl'), rotation: {} },
        otlp_http: { endpoint: `${good.url}/base` },
        'otlp_http/bad': { logs_endpoint: bad.url, compression: 'none' },
        debug: null,
        nop: null,
        prometheus: { endpoint: '127.0.0.1:0' },
      },
      pipelines: {
        logs: {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'filter', 'attributes/x'],
          exporters: ['file', 'otlp_http', 'otlp_http/bad', 'nop'],
        },
        traces: { receivers: ['otlp'], processors: ['probabilistic_sampler'], exporters: ['debug'] },
        metrics: { receivers: ['otlp'], exporters: ['prometheus', 'debug'] },
      },
    }),
    async (url) => {
      const answers = [await post(url, 'logs', LOGS), await post(url, 'logs', LOGS)];
      answers.push(await post(url, 'traces', SPANS), await post(url, 'metrics', POINTS));
      assert.deepEqual(answers, [200, 200, 200, 200]);
      assert.equal(await post(url, 'logs', { resourceLogs: 5 }), 400);
    },
  );
  compare(...shown);
  assert.ok(shown[0].values.size > 40, `${shown[0].values.size} series`);
});

test('both engines show the same of a queue that is full', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const away = await freePort();
  const shown = await bothShow(
    t,
    () => ({
      processors: {},
      exporters: {
        otlp_http: {
          endpoint: `http://127.0.0.1:${away}`,
          sending_queue: { queue_size: 1, num_consumers: 1 },
        },
      },
      pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    }),
    async (url) => {
      assert.deepEqual([await post(url, 'logs', LOGS), await post(url, 'logs', LOGS)], [200, 503]);
    },
  );
  compare(...shown);
});
