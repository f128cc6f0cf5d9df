import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Collector, type CollectorOptions, startCollector } from '../../src/collector/index.ts';
import { OtelEventsError } from '../../src/errors.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { eventually } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { metricsRequest } from './metrics-request.ts';
import { logsRequest, postJson, tracesRequest } from './otlp-request.ts';
import { requireService } from './require-service.ts';
import { freePorts, type Otelcol, type OtelcolPorts, startOtelcol } from './start-otelcol.ts';

const SIGNALS = ['logs', 'traces', 'metrics'] as const;
const ITEMS = { logs: 1, traces: 1, metrics: 7 };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

const requests = () => ({
  logs: logsRequest('cart.item_added'),
  traces: tracesRequest(TRACE_ID, 'checkout'),
  metrics: metricsRequest(),
});

/** The same pipelines for all signals: into files of their own, and on by `exporter`. */
const pipelines = (...exporters: readonly string[]) =>
  Object.fromEntries(
    SIGNALS.map((signal) => [signal, { receivers: ['otlp'], exporters: [`file/${signal}`, ...exporters] }]),
  );

const files = (dir: string, suffix: string) =>
  Object.fromEntries(
    SIGNALS.map((signal) => [
      `file/${signal}`,
      { path: path.join(dir, `${signal}-${suffix}`), rotation: {} },
    ]),
  );

async function startReal(
  t: TestContext,
  dir: string,
  ports: OtelcolPorts,
  exporters: object,
  ...names: readonly string[]
): Promise<Otelcol> {
  const otelcol = await startOtelcol({
    dir,
    ports,
    yaml: JSON.stringify({
      receivers: {
        otlp: {
          protocols: {
            http: { endpoint: `127.0.0.1:${ports.http}` },
            grpc: { endpoint: `127.0.0.1:${ports.grpc}` },
          },
        },
      },
      exporters: { ...files(dir, 'real.jsonl'), ...exporters },
      service: { pipelines: pipelines(...names), telemetry: { metrics: { level: 'none' } } },
    }),
  });
  t.after(() => otelcol.stop());
  return otelcol;
}

async function startOurs(
  t: TestContext,
  config: object,
  exporters: CollectorOptions['exporters'] = {},
): Promise<Collector> {
  const collector = await startCollector({ config, exporters, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return collector;
}

const lineOf = (dir: string, name: string): unknown => JSON.parse(readFileSync(path.join(dir, name), 'utf8'));

async function postAll(endpoint: string): Promise<void> {
  for (const [signal, request] of Object.entries(requests()))
    assert.equal(await postJson(`${endpoint}/v1/${signal}`, request), 200, signal);
}

for (const compression of ['gzip', 'none']) {
  test(`the real collector sends all signals over gRPC, compression ${compression}, and both write the same`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const dir = tempDir(t);
    const ours = await startOurs(t, {
      receivers: { otlp: { protocols: { grpc: { endpoint: 'localhost:0' } } } },
      exporters: files(dir, 'ours.jsonl'),
      service: { pipelines: pipelines() },
    });
    const toOurs = {
      endpoint: ours.endpoint.replace('http://', ''),
      tls: { insecure: true },
      compression,
      sending_queue: { enabled: false },
    };
    const real = await startReal(t, dir, await freePorts(), { otlp_grpc: toOurs }, 'otlp_grpc');
    await postAll(real.endpoint);
    await real.stop();
    for (const signal of SIGNALS)
      assert.deepEqual(lineOf(dir, `${signal}-ours.jsonl`), lineOf(dir, `${signal}-real.jsonl`), signal);
    assert.deepEqual(ours.stats().receivers.otlp?.accepted, ITEMS);
  });
}

test('the real collector comes again with what is refused for a while, and not with what is refused for good', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const attempts: Record<string, number> = {};
  const mine = async ({ signal }: Batch): Promise<void> => {
    const attempt = (attempts[signal] ?? 0) + 1;
    attempts[signal] = attempt;
    if (signal === 'traces') throw new OtelEventsError('EXPORT_FAILED', 'never');
    if (attempt < 3) throw new OtelEventsError('QUEUE_FULL', 'full', { retry: { afterMs: 50 } });
  };
  const to = { receivers: ['otlp'], exporters: ['mine'] };
  const ours = await startOurs(
    t,
    {
      receivers: { otlp: { protocols: { grpc: { endpoint: 'localhost:0' } } } },
      service: { pipelines: { logs: to, traces: to, metrics: to } },
    },
    { mine },
  );
  const toOurs = {
    endpoint: ours.endpoint.replace('http://', ''),
    tls: { insecure: true },
    // So that it is the time we say which counts: its own would be too long.
    retry_on_failure: { initial_interval: '1ms', max_interval: '10ms' },
  };
  const real = await startReal(t, dir, await freePorts(), { otlp_grpc: toOurs }, 'otlp_grpc');
  await postAll(real.endpoint);
  await eventually(() => attempts.logs === 3 && attempts.metrics === 3);
  await real.stop();
  assert.deepEqual(attempts, { logs: 3, traces: 1, metrics: 3 });
  assert.deepEqual(ours.stats().receivers.otlp?.accepted, { logs: 1, traces: 0, metrics: 7 });
});

for (const compression of ['gzip', 'none']) {
  test(`the real collector takes all signals over gRPC from ours, compression ${compression}, and both write the same`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const dir = tempDir(t);
    const ports = await freePorts();
    const ours = await startOurs(t, {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: {
        ...files(dir, 'ours.jsonl'),
        otlp_grpc: {
          endpoint: `dns:///localhost:${ports.grpc}`,
          tls: { insecure: true },
          compression,
          retry_on_failure: { initial_interval: '50ms' },
        },
      },
      service: { pipelines: pipelines('otlp_grpc') },
    });
    // It waits in the queue until somebody is there.
    await postAll(ours.endpoint);
    await startReal(t, dir, ports, {});
    await eventually(() => ours.stats().exporters.otlp_grpc?.sent === 9);
    for (const signal of SIGNALS)
      assert.deepEqual(lineOf(dir, `${signal}-real.jsonl`), lineOf(dir, `${signal}-ours.jsonl`), signal);
  });
}

test('what the real collector calls too large is delivered in halves', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const ports = await freePorts();
  await startReal(t, dir, ports, {});
  const ours = await startOurs(t, {
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    exporters: { otlp_grpc: { endpoint: `http://127.0.0.1:${ports.grpc}` } },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_grpc'] } } },
  });
  // The real one takes 4 MiB.
  const logRecords = Array.from({ length: 6 }, () => ({ body: { stringValue: 'x'.repeat(1024 * 1024) } }));
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  assert.equal(await postJson(`${ours.endpoint}/v1/logs`, request), 200);
  await eventually(() => ours.stats().exporters.otlp_grpc?.sent === 6);
  assert.equal(ours.stats().exporters.otlp_grpc?.dropped, 0);
});

test('the real collector hears that a message is too large for ours, while it still sends it', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const ours = await startOurs(t, {
    receivers: { otlp: { protocols: { grpc: { endpoint: 'localhost:0' } } } },
    exporters: files(dir, 'ours.jsonl'),
    service: { pipelines: pipelines() },
  });
  const toOurs = {
    endpoint: ours.endpoint.replace('http://', ''),
    tls: { insecure: true },
    compression: 'none',
    retry_on_failure: { initial_interval: '10ms' },
  };
  const real = await startReal(t, dir, await freePorts(), { otlp_grpc: toOurs }, 'otlp_grpc');
  const logRecords = Array.from({ length: 6 }, () => ({ body: { stringValue: 'x'.repeat(1024 * 1024) } }));
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  assert.equal(await postJson(`${real.endpoint}/v1/logs`, request), 200);
  await eventually(() => /ResourceExhausted/.test(real.log()));
  assert.match(real.log(), /the message is larger than 4194304 bytes/);
  // The connection is as good as before.
  assert.equal(await postJson(`${real.endpoint}/v1/logs`, logsRequest('cart.item_added')), 200);
  await eventually(() => ours.stats().receivers.otlp?.accepted.logs === 1);
  assert.equal(ours.stats().receivers.otlp?.invalidRequests, 1);
});
