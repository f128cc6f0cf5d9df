import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { eventually, logsOf, namesIn } from './samples.ts';

interface Setting {
  readonly batch: object;
  readonly queue?: object;
  readonly pipelines?: object;
}

async function start(t: TestContext, { batch, queue, pipelines }: Setting) {
  const sink = await httpSink();
  const lines: string[] = [];
  const configOf = (settings: object) => ({
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    processors: { batch: settings },
    exporters: {
      otlp_http: {
        endpoint: sink.url,
        encoding: 'json',
        compression: 'none',
        ...(queue && { sending_queue: queue }),
      },
    },
    connectors: { forward: null },
    service: {
      pipelines: pipelines ?? {
        logs: { receivers: ['otlp'], processors: ['batch'], exporters: ['otlp_http'] },
      },
    },
  });
  const collector = await startCollector({ config: configOf(batch), write: (line) => lines.push(line) });
  t.after(async () => {
    await collector.stop({ timeoutMs: 1_000 });
    await sink.close();
  });
  const send = async (...names: readonly string[]): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(logsOf(...names));
    const response = await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  };
  const sent = () => sink.requests.map(({ body }) => namesIn(String(body)));
  return { collector, configOf, sink, lines, send, sent };
}

const HOUR = '1h';

test('batch joins requests in the queues behind it: nothing that is answered lies anywhere else', async (t) => {
  const { send, sent, collector, lines, sink } = await start(t, {
    batch: { timeout: HOUR, send_batch_size: 3 },
  });
  await send('a');
  await send('b');
  assert.equal(collector.stats().exporters.otlp_http?.queued, 2);
  await send('c');
  await sink.arrived(1);
  assert.deepEqual(sent(), [['a', 'b', 'c']]);
  assert.ok(lines.some((line) => line.includes('the queue joins requests as the batch processor says')));
});

test('send_batch_max_size takes apart what is larger', async (t) => {
  const { send, sent, sink } = await start(t, {
    batch: { timeout: HOUR, send_batch_size: 2, send_batch_max_size: 2 },
  });
  await send('a', 'b', 'c', 'd', 'e');
  await sink.arrived(3);
  assert.deepEqual(sent(), [['a', 'b'], ['c', 'd'], ['e']]);
});

test('without a timeout nothing waits', async (t) => {
  const { send, sink } = await start(t, { batch: { timeout: '0s', send_batch_size: 1_000 } });
  await send('a');
  await sink.arrived(1);
});

test('a queue that says itself how it joins is left alone', async (t) => {
  for (const own of [{ enabled: false }, { min_size: 1 }]) {
    const { send, sent, sink, lines } = await start(t, {
      batch: { timeout: HOUR, send_batch_size: 100 },
      queue: { batch: own },
    });
    await send('a');
    await sink.arrived(1);
    assert.deepEqual(sent(), [['a']]);
    assert.equal(lines.filter((line) => line.includes('joins')).length, 0);
  }
});

test('batch before a connector that hands on reaches the queues behind that', async (t) => {
  const { send, sent, sink } = await start(t, {
    batch: { timeout: HOUR, send_batch_size: 2 },
    pipelines: {
      'logs/1': { receivers: ['otlp'], processors: ['batch'], exporters: ['forward'] },
      'logs/2': { receivers: ['forward'], exporters: ['otlp_http'] },
    },
  });
  await send('a');
  await send('b');
  await sink.arrived(1);
  assert.deepEqual(sent(), [['a', 'b']]);
});

test('a batch with other numbers after a reload joins as these say', async (t) => {
  const { send, sent, collector, configOf } = await start(t, {
    batch: { timeout: HOUR, send_batch_size: 100 },
  });
  await send('a');
  await collector.reload(configOf({ timeout: HOUR, send_batch_size: 2 }));
  await send('b');
  await send('c');
  await eventually(() => sent().some((names) => names.join() === 'b,c'));
});
