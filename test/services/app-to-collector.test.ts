// From log() and track() in an app, through the real collector, to file, HTTP and Jaeger.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector } from '../../src/collector/index.ts';
import { EventLogger } from '../../src/index.ts';
import { httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { logRecordsOf, type Received, spansOf } from '../harness/otlp-json.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { startJaeger } from './start-jaeger.ts';
import { startOtelcol } from './start-otelcol.ts';
import { startSink } from './start-sink.ts';

const OWN_PIPELINES = [
  ['durable', 'http/protobuf'],
  ['durable', 'http/json'],
  ['sdk', 'http/protobuf'],
  ['sdk', 'http/json'],
] as const;

const configOf = (name: string): string => path.join(import.meta.dirname, '../../collector', name);

/** Lines of a collector's file, in the shape of requests. */
async function requestsIn(dir: string, name: string, url: string): Promise<SinkRequest[]> {
  const text = await readFile(path.join(dir, name), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ method: 'POST', path: url, headers: {}, body: Buffer.from(line) }));
}

const eventsIn = async (dir: string): Promise<Received[]> =>
  logRecordsOf(await requestsIn(dir, 'events.jsonl', '/v1/logs'));
const spansIn = async (dir: string): Promise<Received[]> =>
  spansOf(await requestsIn(dir, 'spans.jsonl', '/v1/traces'));

async function otelcol(t: TestContext, config: string, env: Record<string, string> = {}) {
  const dir = tempDir(t);
  const running = await startOtelcol({ configs: [configOf(config)], env, dir });
  t.after(() => running.stop());
  return { endpoint: running.endpoint, dir };
}

const ALL_TO_FILE = `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:\${env:OTEL_EVENTS_PORT}" } } } }
exporters: { file: { path: "\${env:OTEL_EVENTS_DIR}/all.jsonl", flush_interval: 100ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    logs: { receivers: [otlp], exporters: [file] }
    metrics: { receivers: [otlp], exporters: [file] }
`;

test('the real collector is sent events, and nothing of what only a viewer asks for', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  const running = await startOtelcol({ yaml: ALL_TO_FILE, dir });
  t.after(() => running.stop());
  const events = new EventLogger({ endpoint: running.endpoint, flushIntervalMs: 0 });
  for (let at = 0; at < 3; at++) {
    events.log('order.paid', { at });
    await events.flush();
    await sleep(700);
  }
  await events.close();
  const gauge = { name: 'control', gauge: { dataPoints: [{ asInt: '1', timeUnixNano: '1' }] } };
  const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [gauge] }] }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${running.endpoint}/v1/metrics`, { method: 'POST', headers, body });
  let text = '';
  while (!text.includes('control')) {
    await sleep(50);
    text = await readFile(path.join(dir, 'all.jsonl'), 'utf8');
  }
  assert.equal(text.split('"eventName":"order.paid"').length - 1, 3);
  assert.deepEqual(text.match(/"(?:gauge|sum)"/g), ['"gauge"'], 'the metric of this test, and no other');
});

test('one scope with events reaches file, HTTP endpoint and Jaeger through the real collector', async (t) => {
  if (!requireService(t, 'otelcol', 'jaeger')) return;
  const jaeger = await startJaeger({ dir: tempDir(t) });
  t.after(() => jaeger.stop());
  const sink = await startSink(t);
  const { endpoint, dir } = await otelcol(t, 'collector.yaml', {
    OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint,
    OTEL_EVENTS_FORWARD: 'otlp_http/forward',
    OTEL_EVENTS_FORWARD_ENDPOINT: sink.endpoint,
  });
  const events = new EventLogger({
    endpoint,
    app: { name: 'shop', version: '1.4.0' },
    session: { plan: 'pro' },
  });
  let id = '';
  await events.track('checkout', { cart: 7, nested: { a: [1, null] } }, async (scope) => {
    id = scope.id;
    events.log('cart.confirmed', { sku: 'A1', list: [1, 'a', { deep: true }] });
    await events.track('payment', async () => sleep(2)).catch(() => {});
    await assert.rejects(
      events.track('refund', async () => {
        throw new RangeError('no funds');
      }),
    );
  });
  assert.deepEqual(await events.close(), {
    acked: 4,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });

  const records = await eventsIn(dir);
  const spans = await spansIn(dir);
  const checkout = records.find(({ eventName }) => eventName === 'checkout');
  assert.equal(checkout?.attributes['log.record.uid'], id);
  assert.deepEqual(checkout?.attributes.nested, { a: [1, null] });
  assert.deepEqual(checkout?.attributes['event.session'], { plan: 'pro' });
  assert.equal(checkout?.resource['service.name'], 'shop');
  assert.equal(checkout?.resource['telemetry.sdk.name'], 'otel-events');
  assert.deepEqual(spans.map(({ name }) => name).sort(), ['checkout', 'payment', 'refund']);

  // The collector batches for its HTTP exporters: what arrives there may come in several requests.
  const missing = new Set(['cart.confirmed', 'payment', 'refund', 'checkout']);
  while (missing.size > 0) {
    const { url, body } = await sink.next();
    for (const name of missing) if (url === '/v1/logs' && body.includes(name)) missing.delete(name);
  }

  const trace = await jaeger.findTrace(checkout?.traceId ?? '', { minSpans: 3 });
  const shown = JSON.stringify(trace);
  for (const part of ['checkout', 'payment', 'refund', 'no funds', 'cart.confirmed']) {
    assert.ok(shown.includes(part), `Jaeger shows ${part}`);
  }
});

test('both engines write the same for the same requests, field by field', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  for (const [delivery, protocol] of OWN_PIPELINES) {
    const requests = await requestsOfAnApp(delivery, protocol);
    const real = await otelcol(t, 'embedded.yaml');
    const embeddedDir = tempDir(t);
    const embedded = await startEmbedded(t, embeddedDir);
    for (const { path: url, headers, body } of requests) {
      for (const endpoint of [real.endpoint, embedded]) {
        const response = await fetch(`${endpoint}${url}`, {
          method: 'POST',
          headers: { 'content-type': String(headers['content-type']) },
          body: new Uint8Array(body),
        });
        assert.equal(response.status, 200);
      }
    }
    for (const file of ['events.jsonl', 'spans.jsonl']) {
      const [ofReal, ofEmbedded] = await Promise.all(
        [real.dir, embeddedDir].map((dir) => readFile(path.join(dir, file), 'utf8')),
      );
      const parsed = [ofReal, ofEmbedded].map((text) =>
        (text ?? '')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      );
      assert.ok((parsed[0]?.length ?? 0) > 0);
      assert.deepEqual(parsed[1], parsed[0], `${delivery} ${protocol} ${file}`);
    }
  }
});

test('200 concurrent scopes: in the real collector’s file every event has its session, every span its parent', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const { endpoint, dir } = await otelcol(t, 'embedded.yaml');
  const events = new EventLogger({ endpoint, app: { name: 'concurrent' } });
  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      events.track('outer', { index }, { session: { index } }, async () => {
        await sleep(Math.random() * 10);
        await events.track('inner', { index }, { session: { depth: 2 } }, async () => {
          await sleep(Math.random() * 10);
          await new Promise<void>((resolve) =>
            setTimeout(() => {
              events.log('timer', { index });
              resolve();
            }, 1),
          );
          events.log('leaf', { index });
        });
      }),
    ),
  );
  const totals = await events.close();
  assert.deepEqual(
    totals,
    { acked: 800, pending: 0, rejected: 0, dropped: 0 },
    JSON.stringify(events.stats()),
  );
  const records = await eventsIn(dir);
  const spans = new Map((await spansIn(dir)).map((span) => [`${span.name} ${span.attributes.index}`, span]));
  assert.equal(records.length, 800);
  assert.equal(spans.size, 400);
  for (const { eventName, attributes, traceId, spanId } of records) {
    const { index } = attributes;
    const wanted = eventName === 'outer' ? { index } : { index, depth: 2 };
    assert.deepEqual(attributes['event.session'], wanted, `${eventName} ${index}`);
    const span = spans.get(`${eventName === 'outer' ? 'outer' : 'inner'} ${index}`);
    assert.deepEqual([traceId, spanId], [span?.traceId, span?.spanId], `${eventName} ${index}`);
  }
  for (let index = 0; index < 200; index++) {
    const [outer, inner] = [spans.get(`outer ${index}`), spans.get(`inner ${index}`)];
    assert.equal(inner?.parentSpanId, outer?.spanId);
    assert.equal(outer?.parentSpanId ?? '', '');
  }
});

async function startEmbedded(t: TestContext, dir: string): Promise<string> {
  process.env.OTEL_EVENTS_PORT = '0';
  process.env.OTEL_EVENTS_GRPC_PORT = '0';
  process.env.OTEL_EVENTS_HEALTH_PORT = '0';
  process.env.OTEL_EVENTS_DIR = dir;
  const collector = await startCollector({ config: configOf('embedded.yaml'), write: () => {} });
  t.after(() => collector.stop());
  return collector.endpoint;
}

/** What an app sends over OTLP for events and scopes with every kind of value in them. */
async function requestsOfAnApp(
  delivery: 'durable' | 'sdk',
  protocol: string,
): Promise<readonly SinkRequest[]> {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
  await using sink = await httpSink();
  const events = new EventLogger({
    delivery,
    endpoint: sink.url,
    app: { id: 'i', name: 'shop', containerVersion: '7' },
    tags: ['a'],
    session: { s: 1 },
  });
  events.log('plain');
  events.log('values', {
    text: 'Grüße 👋',
    empty: '',
    zero: 0,
    negative: -5,
    double: 1.5,
    nan: Number.NaN,
    yes: true,
    no: false,
    nothing: null,
    big: 2n ** 70n,
    large: 2 ** 52,
    date: new Date(0),
    bytes: Buffer.from([0, 255]),
    list: [1, 'a', null, [], {}],
    map: { a: { b: {} } },
  });
  events.log('many', Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index])));
  events.track('outer', { a: 1 }, () => {
    events.log('inside', { map: { a: 1 } }, { severity: 'WARN', message: 'hello' });
    assert.throws(() =>
      events.track('inner', () => {
        throw new TypeError('bad');
      }),
    );
  });
  events.log('linked', {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  await events.close();
  delete process.env.OTEL_EXPORTER_OTLP_PROTOCOL;
  return sink.requests;
}
