// A `sending_queue` with `storage`: what was answered with 200 is not lost, whatever ends the collector.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startCollector } from '../../src/collector/index.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { batchOf, eventually, namesIn } from '../collector/samples.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { freePort } from '../harness/free-port.ts';
import { type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { runChild } from '../harness/run-child.ts';
import { SEED, seeded } from '../harness/seeded.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

interface Setting {
  readonly endpoint: string;
  readonly directory: string;
  readonly port?: number;
  readonly fsync?: boolean;
  readonly queue?: object;
}

function configOf({ endpoint, directory, port = 0, fsync = false, queue = {} }: Setting): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `localhost:${port}` } } } },
    exporters: {
      'otlp_http/next': {
        endpoint,
        compression: 'none',
        sending_queue: { storage: 'file_storage/a', ...queue },
        retry_on_failure: { initial_interval: '20ms', max_interval: '50ms', max_elapsed_time: '0s' },
      },
    },
    extensions: { 'file_storage/a': { directory, fsync } },
    service: {
      extensions: ['file_storage/a'],
      pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http/next'] } },
    },
  };
}

/** @returns the status; undefined when nobody answered */
async function send(url: string, ...names: readonly string[]): Promise<number | undefined> {
  try {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = Buffer.from(batchOf(...names).bytes);
    const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

const namesOf = ({ body }: SinkRequest): string[] =>
  namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, body)));

const arrivedAt = ({ requests }: HttpSink): Set<string> => new Set(requests.flatMap(namesOf));

async function start(t: TestContext, config: object) {
  const lines: string[] = [];
  const collector = await startCollector({ config, write: (line) => lines.push(line) });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const next = () => collector.stats().exporters['otlp_http/next'];
  return { collector, lines, next };
}

for (const [name, queue] of [
  ['', {}],
  [', nor does one that joins requests', { batch: { min_size: 20, max_size: 30, flush_timeout: '50ms' } }],
] as const) {
  test(`a collector that is killed again and again loses nothing that it has answered${name}`, async (t) => {
    const sink = await httpSink();
    t.after(() => sink.close());
    const directory = tempDir(t);
    const random = seeded(SEED, 15);
    const kills = IS_LONG ? 60 : 5;
    const answered: string[] = [];
    let count = 0;
    for (let life = 0; life < kills; life++) {
      const config = configOf({ endpoint: sink.url, directory, fsync: life % 2 === 0, queue });
      let isOver = false;
      let sending: Promise<void> | undefined;
      const feed = async (url: string): Promise<void> => {
        while (!isOver) {
          const names = [`${life}.${count++}`, `${life}.${count++}`];
          if ((await send(url, ...names)) === 200) answered.push(...names);
        }
      };
      const end = await runChild(
        'collector.ts',
        { config },
        {
          onLine: (line, kill) => {
            const [, url] = /^listening (.*)/.exec(line) ?? [];
            if (url === undefined) return;
            sending = feed(url);
            // From its first answer on: a busy machine may need long for that.
            const before = answered.length;
            void eventually(() => answered.length > before).finally(() =>
              setTimeout(kill, random.below(200)),
            );
          },
        },
      );
      isOver = true;
      await sending;
      assert.equal(end.signal, 'SIGKILL', end.stderr);
    }
    const { next } = await start(t, configOf({ endpoint: sink.url, directory, queue }));
    // What an earlier process left is counted a little after the start: an empty queue says nothing before that.
    const missing = () => {
      // Once for all of them: the collector is in this process, and cannot deliver meanwhile.
      const arrived = arrivedAt(sink);
      return answered.filter((name) => !arrived.has(name)).length;
    };
    await eventually(() => missing() === 0 && next()?.queued === 0).catch(() => {});
    assert.equal(missing(), 0);
    const arrived = arrivedAt(sink);
    const copies = sink.requests.flatMap(namesOf).length - arrived.size;
    assert.ok(answered.length >= 2 * kills, `${answered.length} answered`);
    reportCounts(t, { kills, 'records answered': answered.length, missing: missing(), 'sent twice': copies });
  });
}

test('what waits for a destination that is away is there after an end as ordered, and counted', async (t) => {
  const port = await freePort();
  const directory = tempDir(t);
  const config = configOf({ endpoint: `http://127.0.0.1:${port}`, directory });
  const first = await start(t, config);
  for (const name of ['a', 'b', 'c'])
    assert.equal(await send(first.collector.endpoint, name, `${name}2`), 200);
  assert.deepEqual(first.next(), { sent: 0, failed: 0, queued: 6, dropped: 0 });
  await first.collector.stop({ timeoutMs: 50 });
  assert.deepEqual(first.next(), { sent: 0, failed: 0, queued: 6, dropped: 0 });
  assert.ok(
    first.lines.some((line) => /INFO left in the queue .*count=6/.test(line)),
    first.lines.join('\n'),
  );
  const second = await start(t, config);
  await eventually(() => second.next()?.queued === 6);
  const found = () => second.lines.filter((line) => line.includes('found in the queue'));
  await eventually(() => found().length > 0);
  assert.deepEqual(
    [first, second].map(({ lines }) => lines.filter((line) => line.includes('found in the queue')).length),
    [0, 1],
  );
  assert.match(found()[0] ?? '', /INFO found in the queue exporter=otlp_http\/next count=6$/);
  const sink = await httpSink(undefined, port);
  t.after(() => sink.close());
  await eventually(() => second.next()?.sent === 6);
  assert.deepEqual(
    sink.requests.map((request) => namesOf(request).join()),
    ['a,a2', 'b,b2', 'c,c2'],
  );
  await second.collector.stop();
  assert.deepEqual(
    readdirSync(path.join(directory, 'otlp_http%2Fnext')).filter((name) => name !== 'dead-letter'),
    [],
    'nothing is left of an empty queue',
  );
});

test('a queue on disk that is full refuses, and counts what an earlier process left', async (t) => {
  const directory = tempDir(t);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const config = configOf({ endpoint, directory, queue: { queue_size: 5, sizer: 'items' } });
  const first = await start(t, config);
  assert.equal(await send(first.collector.endpoint, 'a', 'b', 'c'), 200);
  assert.equal(await send(first.collector.endpoint, 'd', 'e', 'f'), 503);
  await first.collector.stop({ timeoutMs: 0 });
  const second = await start(t, config);
  await eventually(() => second.next()?.queued === 3);
  assert.equal(await send(second.collector.endpoint, 'd', 'e', 'f'), 503);
  assert.equal(await send(second.collector.endpoint, 'd', 'e'), 200);
});

test('while the disk of the storage is full nothing is answered with 200 that is not kept', async (t) => {
  const disk = smallDisk(t, '192k');
  if (disk === undefined) return;
  const port = await freePort();
  const directory = path.join(disk, 'queue');
  const { collector, next } = await start(t, configOf({ endpoint: `http://127.0.0.1:${port}`, directory }));
  const filler = path.join(disk, 'filler');
  const taken: string[] = [];
  const big = (name: string): string => `${name} ${'x'.repeat(20_000)}`;
  for (let number = 0; number < 3; number++) {
    assert.equal(await send(collector.endpoint, big(`${number}`)), 200);
    taken.push(big(`${number}`));
  }
  assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), { code: 'ENOSPC' });
  const sending = send(collector.endpoint, big('while full'));
  // It is written when there is room; until then it is not answered, and others are refused at once.
  await pause(300);
  assert.equal(await send(collector.endpoint, big('another')), 503);
  rmSync(filler);
  assert.equal(await sending, 200);
  taken.push(big('while full'));
  const sink = await httpSink(undefined, port);
  t.after(() => sink.close());
  await eventually(() => next()?.queued === 0);
  assert.deepEqual([...arrivedAt(sink)], taken);
  await collector.stop();
});

test('what the destination refuses for good is kept as a dead letter', async (t) => {
  const sink = await httpSink((request, response) => {
    response.statusCode = namesOf(request).includes('poison') ? 400 : 200;
    response.end();
  });
  t.after(() => sink.close());
  const directory = tempDir(t);
  const { collector, next } = await start(t, configOf({ endpoint: sink.url, directory }));
  assert.equal(await send(collector.endpoint, 'a', 'poison', 'b', 'c'), 200);
  await eventually(() => next()?.sent === 3);
  assert.deepEqual(next()?.dropReasons, { http_400: 1 });
  assert.ok(existsSync(path.join(directory, 'otlp_http%2Fnext', 'dead-letter')));
});
