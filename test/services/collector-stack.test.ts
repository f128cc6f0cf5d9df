import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { freePort } from './free-port.ts';
import { logsRequest, postJson, tracesRequest } from './otlp-request.ts';
import { requireService } from './require-service.ts';
import { startJaeger } from './start-jaeger.ts';
import { startOtelcol } from './start-otelcol.ts';
import { startSink } from './start-sink.ts';

const collectorDir = path.join(import.meta.dirname, '../../collector');
const collectorYaml = path.join(collectorDir, 'collector.yaml');
const jaegerYaml = path.join(collectorDir, 'jaeger/config.yaml');

test('collector.yaml brings a span to the file and to Jaeger', async (t) => {
  if (!requireService(t, 'otelcol', 'jaeger')) return;
  const dir = tempDir(t);
  const jaeger = await startJaeger({ dir: path.join(dir, 'jaeger') });
  t.after(() => jaeger.stop());
  const env = { OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint };
  const otelcol = await startOtelcol({ configs: [collectorYaml], env, dir });
  t.after(() => otelcol.stop());
  const traceId = randomBytes(16).toString('hex');

  assert.equal(await postJson(`${otelcol.endpoint}/v1/traces`, tracesRequest(traceId, 'checkout')), 200);

  const [span] = await jaeger.findTrace(traceId);
  assert.equal(span?.name, 'checkout');
  assert.deepEqual(await jaeger.services(), ['shop']);
  assert.ok((await readFile(path.join(dir, 'spans.jsonl'), 'utf8')).includes(traceId));
});

test('an event answered while the HTTP endpoint is away survives kill -9 and arrives later', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const sinkPort = await freePort();
  const env = {
    OTEL_EVENTS_FORWARD: 'otlp_http/forward',
    OTEL_EVENTS_FORWARD_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
  };
  const crashing = await startOtelcol({ configs: [collectorYaml], env, dir });
  assert.equal(await postJson(`${crashing.endpoint}/v1/logs`, logsRequest('order.paid')), 200);
  await crashing.kill();

  const sink = await startSink(t, sinkPort);
  const otelcol = await startOtelcol({ configs: [collectorYaml], env, dir, ports: crashing.ports });
  t.after(() => otelcol.stop());

  const { url, body } = await sink.next();
  assert.equal(url, '/v1/logs');
  assert.ok(body.includes('order.paid'));
});

test('a request as large as the receiver takes it reaches the HTTP endpoint whole', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const sinkPort = await freePort();
  const sink = await startSink(t, sinkPort);
  const env = {
    OTEL_EVENTS_FORWARD: 'otlp_http/forward',
    OTEL_EVENTS_FORWARD_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
  };
  const otelcol = await startOtelcol({ configs: [collectorYaml], env, dir: tempDir(t) });
  t.after(() => otelcol.stop());
  const name = `large.${'x'.repeat(9_500_000)}`;
  assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, logsRequest(name)), 200);
  const { body } = await sink.next();
  assert.ok(body.length > 19_000_000, 'name and line');
});

test('the Jaeger of docker-compose.yml still has an answered span after a kill -9', async (t) => {
  if (!requireService(t, 'jaeger')) return;
  const dir = tempDir(t);
  const traceId = randomBytes(16).toString('hex');
  const crashing = await startJaeger({ dir, config: jaegerYaml });
  assert.equal(await postJson(`${crashing.endpoint}/v1/traces`, tracesRequest(traceId, 'checkout')), 200);
  await crashing.kill();

  const jaeger = await startJaeger({ dir, config: jaegerYaml });
  t.after(() => jaeger.stop());

  const [span] = await jaeger.findTrace(traceId);
  assert.equal(span?.name, 'checkout');
});
