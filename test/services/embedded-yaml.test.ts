import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { call, openSession } from '../collector/grpc-call.ts';
import { logsOf, protobufOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { metricsRequest } from './metrics-request.ts';
import { logsRequest, postJson, tracesRequest } from './otlp-request.ts';
import { requireService } from './require-service.ts';
import { type Otelcol, startOtelcol } from './start-otelcol.ts';
import { startSink } from './start-sink.ts';

const embedded = path.join(import.meta.dirname, '../../collector/embedded.yaml');
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

async function start(t: TestContext, dir: string, env = {}): Promise<Otelcol> {
  const otelcol = await startOtelcol({ configs: [embedded], env, dir });
  t.after(() => otelcol.stop());
  return otelcol;
}

async function lines(dir: string, name: string): Promise<unknown[]> {
  const text = await readFile(path.join(dir, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('what is posted to the real collector with embedded.yaml is in the files when it is answered', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const { endpoint, healthEndpoint } = await start(t, dir);
  const span = tracesRequest(TRACE_ID, 'checkout');

  assert.equal((await fetch(healthEndpoint)).status, 200);
  assert.equal(await postJson(`${endpoint}/v1/logs`, logsRequest('cart.item_added')), 200);
  assert.equal(await postJson(`${endpoint}/v1/traces`, span), 200);

  assert.deepEqual(await lines(dir, 'events.jsonl'), [logsRequest('cart.item_added')]);
  assert.equal((await lines(dir, 'spans.jsonl')).length, 1);
});

test('metrics, and what comes over gRPC, are in files of their own', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const { endpoint, ports } = await start(t, dir);
  assert.equal(await postJson(`${endpoint}/v1/metrics`, metricsRequest()), 200);
  const session = openSession(t, `http://127.0.0.1:${ports.grpc}`);
  assert.equal((await call(session, protobufOf(logsOf('over.grpc')))).status, '0');
  assert.equal((await lines(dir, 'metrics.jsonl')).length, 1);
  assert.equal((await lines(dir, 'events.jsonl')).length, 1);
});

test('a kill -9 and a restart of the real collector keep every answered event in one file', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const sent: object[] = [];
  for (let run = 0; run < 3; run++) {
    const otelcol = await start(t, dir);
    for (let count = 0; count < 20; count++) {
      const request = logsRequest(`run${run}.event${count}`);
      assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, request), 200);
      sent.push(request);
    }
    await otelcol.kill();
  }
  assert.deepEqual(await lines(dir, 'events.jsonl'), sent);
});

test('with OTEL_EVENTS_FORWARD the real collector also hands the event on over HTTP', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const sink = await startSink(t);
  const { endpoint } = await start(t, dir, {
    OTEL_EVENTS_FORWARD: 'otlp_http/forward',
    OTEL_EVENTS_FORWARD_ENDPOINT: sink.endpoint,
  });

  assert.equal(await postJson(`${endpoint}/v1/logs`, logsRequest('cart.item_added')), 200);

  const { url, body } = await sink.next();
  assert.equal(url, '/v1/logs');
  assert.ok(body.includes('cart.item_added'));
  assert.deepEqual(await lines(dir, 'events.jsonl'), [logsRequest('cart.item_added')]);
});
