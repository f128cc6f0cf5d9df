import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RequestQueue } from '../../src/collector/queue/request-queue.ts';
import { OtelEventsError } from '../../src/errors.ts';
import type { Answer, Transport } from '../../src/spool/send/transport.ts';
import { batchOf } from './samples.ts';

const MEBIBYTE = 1024 * 1024;
const LARGE = batchOf('x'.repeat(2 * MEBIBYTE));

function queueTo(t: TestContext, send: Transport): RequestQueue {
  const queue = new RequestQueue({
    name: 'otlp_http',
    encoding: 'protobuf',
    transports: new Map([['logs', { send }]]),
    queue: { enabled: true, num_consumers: 1, queue_size: 200 * MEBIBYTE, sizer: 'bytes' },
    retry: { enabled: true, initial_interval: 60_000, max_interval: 60_000, max_elapsed_time: 0 },
    onError: () => {},
    onDelivered: () => {},
    onDropped: () => {},
    onFound: () => {},
    onLeft: () => {},
  });
  t.after(() => queue.close(0));
  return queue;
}

/** What was in the queue before a request and when its answer came, and how long that took. */
interface Filled {
  readonly bytesBefore: number;
  readonly bytes: number;
  readonly waitedMs: number;
}

/** Fills the queue as fast as it answers. */
async function fill(queue: RequestQueue, requests: number): Promise<Filled[]> {
  const filled: Filled[] = [];
  let left = requests;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const [startedMs, bytesBefore] = [performance.now(), queue.sizeOf('logs')];
      await queue.consume(LARGE);
      filled.push({ bytesBefore, bytes: queue.sizeOf('logs'), waitedMs: performance.now() - startedMs });
    }
  };
  await Promise.all([one(), one(), one()]);
  return filled;
}

/** Whether the answer comes within a few turns of the event loop, whatever time these take: no timer is waited for. */
async function answersAtOnce(queue: RequestQueue): Promise<boolean> {
  let answered = false;
  void queue.consume(LARGE).then(() => {
    answered = true;
  });
  for (let turn = 0; turn < 5 && !answered; turn++) await new Promise((resolve) => setImmediate(resolve));
  return answered;
}

test('who fills a queue in memory waits until there is room, or for a tenth of a second', async (t) => {
  let taken = 0;
  const queue = queueTo(t, async (): Promise<Answer> => {
    await new Promise((resolve) => setImmediate(resolve));
    taken++;
    return { kind: 'delivered' };
  });
  const filled = await fill(queue, 60);
  // The other two may have come in the same turn.
  const hasRoom = ({ bytes }: Filled): boolean => bytes <= (16 + 3 * 2.1) * MEBIBYTE;
  assert.deepEqual(
    filled.filter((one) => !hasRoom(one) && one.waitedMs < 99),
    [],
  );
  assert.ok(filled.some(({ bytesBefore, waitedMs }) => bytesBefore > 16 * MEBIBYTE && waitedMs < 99));
  await queue.close(30_000);
  assert.deepEqual([taken, queue.taken()], [60, { sent: 60, dropped: 0, queued: 0 }]);
});

test('a destination that takes nothing holds nobody up for long, and one that is away nobody', async (t) => {
  const hung = queueTo(t, () => new Promise(() => {}));
  await fill(hung, 20);
  const error = new OtelEventsError('EXPORT_FAILED', 'away', { retry: {} });
  const away = queueTo(t, async () => ({ kind: 'retry', error }));
  for (let sent = 0; sent < 31; sent++) assert.ok(await answersAtOnce(away), `request ${sent}`);
  assert.deepEqual([hung.taken().queued, away.taken().queued], [20, 31]);
});
