import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanOut } from '../../src/collector/fan-out.ts';
import { Lane } from '../../src/collector/lane.ts';
import { createLog } from '../../src/collector/log.ts';
import { Outage } from '../../src/collector/outage.ts';
import type { Consume } from '../../src/otlp/batch.ts';
import { batchFrom, decodeBatch } from '../../src/otlp/transcode.ts';
import { batchOf, deferred, logsOf } from './samples.ts';

const TIMES = { patienceMs: 300, giveUpMs: 900 };

function lane(consume: Consume, lines: string[] = [], name = 'test'): Lane {
  const outage = new Outage(
    createLog('info', (line) => lines.push(line)),
    'export',
    name,
  );
  return new Lane({ consume, close: async () => {} }, outage);
}

const takes: Consume = async () => {};
const refuses: Consume = () => Promise.reject(new Error('disk full'));
const hangs: Consume = () => new Promise(() => {});

async function timed(run: Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run;
  return performance.now() - startedMs;
}

/** Whether the answer needs no timer: it is there before the event loop turns. */
async function answersAtOnce(consume: Consume): Promise<boolean> {
  const turned = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return await Promise.race([consume(batchOf('a')).then(() => true), turned]);
}

test('a batch is offered to every exporter', async () => {
  const seen: string[] = [];
  const consume = fanOut(['a', 'b'].map((name) => lane(async () => void seen.push(name))));
  await consume(batchOf('x'));
  assert.deepEqual(seen, ['a', 'b']);
});

test('one that takes it is enough; the refusal of the other is counted', async () => {
  const [good, bad] = [lane(takes), lane(refuses)];
  await fanOut([bad, good])(batchOf('a', 'b'));
  assert.deepEqual(good.stats(), { sent: 2, queued: 0, dropped: 0, failed: 0 });
  assert.deepEqual(bad.stats(), { sent: 0, queued: 0, dropped: 0, failed: 2 });
});

test('when all refuse, the batch is refused, and may be sent again', async () => {
  const consume = fanOut([lane(refuses), lane(refuses)], TIMES);
  await assert.rejects(consume(batchOf('a')), {
    code: 'EXPORT_FAILED',
    retry: {},
    message: 'no exporter took the logs',
  });
});

test('an exporter that throws at once is an exporter that refuses', async () => {
  const throws = (() => {
    throw new TypeError('bug');
  }) as Consume;
  const [bad, good] = [lane(throws), lane(takes)];
  await fanOut([bad, good])(batchOf('a'));
  assert.equal(bad.stats().failed, 1);
});

test('the answer waits for a slower exporter, within reason', async () => {
  let written = false;
  const slow = lane(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    written = true;
  });
  await fanOut([lane(takes), slow], TIMES)(batchOf('a'));
  assert.ok(written);
});

test('a hung exporter delays the first answer and none after it', async () => {
  const hung = lane(hangs);
  const consume = fanOut([lane(takes), hung], TIMES);
  assert.ok((await timed(consume(batchOf('a')))) >= 290);
  for (let count = 0; count < 20; count++) assert.ok(await answersAtOnce(consume));
  assert.deepEqual(hung.stats(), { sent: 0, queued: 21, dropped: 0, failed: 0 });
});

test('what was waited for in vain is not waited for again, though a timer may be early by part of a millisecond', async () => {
  for (let times = 0; times < 40; times++) {
    const consume = fanOut([lane(takes), lane(hangs)], { patienceMs: 10, giveUpMs: 900 });
    await consume(batchOf('a'));
    assert.ok(await answersAtOnce(consume), `time ${times}`);
  }
});

test('an exporter that has caught up is waited for again', async () => {
  const gate = deferred();
  let gated: Promise<void> = gate.promise;
  const finished: string[] = [];
  const slow = lane(async () => {
    await gated;
    finished.push('slow');
  });
  const consume = fanOut([lane(takes), slow], TIMES);
  await consume(batchOf('a'));
  gate.resolve();
  await gate.promise;
  await new Promise((resolve) => setImmediate(resolve));
  gated = new Promise((resolve) => setTimeout(resolve, 20));
  await consume(batchOf('b'));
  assert.deepEqual(finished, ['slow', 'slow']);
});

test('when the quick one refuses, the slow one is waited for', async () => {
  const slow = lane(() => new Promise((resolve) => setTimeout(resolve, 400)));
  await fanOut([lane(refuses), slow], TIMES)(batchOf('a'));
  assert.equal(slow.stats().sent, 1);
});

test('when nobody takes it in time the batch is refused', async () => {
  const ms = await timed(assert.rejects(fanOut([lane(hangs)], TIMES)(batchOf('a'))));
  assert.ok(ms >= 890 && ms < 5_000, `${ms} ms`);
});

test('a hung exporter keeps a bounded number of bytes', async () => {
  const hung = lane(hangs);
  const big = batchFrom('logs', 'json', Buffer.from(JSON.stringify(logsOf('x'.repeat(10 * 1024 * 1024)))));
  const offers = Array.from({ length: 8 }, () => hung.offer(big));
  assert.deepEqual(await Promise.all(offers.slice(6)), [false, false]);
  assert.deepEqual(hung.stats(), { sent: 0, queued: 6, dropped: 0, failed: 2 });
});

test('an outage is logged when it begins and when it ends, once each', async () => {
  const lines: string[] = [];
  let broken = false;
  const moody = lane(
    () => (broken ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    lines,
    'file/logs',
  );
  for (const state of [false, true, true, true, false, false, true]) {
    broken = state;
    await moody.offer(batchOf('a'));
  }
  assert.deepEqual(lines, [
    'WARN export fails exporter=file/logs error="disk full"',
    'INFO export works again exporter=file/logs failures=3',
    'WARN export fails exporter=file/logs error="disk full"',
  ]);
});

test('close lets what is under way finish, for a while', async () => {
  const gate = deferred();
  const slow = lane(() => gate.promise);
  void slow.offer(batchOf('a'));
  setTimeout(gate.resolve, 20);
  await slow.close(1_000);
  assert.equal(slow.stats().sent, 1);

  const hung = lane(hangs);
  void hung.offer(batchOf('a'));
  assert.ok((await timed(hung.close(30))) < 500);
});

test('what was worked out about a batch is let go while exporters still hold it', async () => {
  const batch = batchFrom('logs', 'json', Buffer.from(JSON.stringify(logsOf('a'))));
  const decoded = decodeBatch(batch);
  assert.equal(decodeBatch(batch), decoded);
  await fanOut([lane(takes)])(batch);
  assert.notEqual(decodeBatch(batch), decoded);
  assert.deepEqual(decodeBatch(batch), decoded);
});
