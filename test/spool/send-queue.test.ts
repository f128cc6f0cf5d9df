import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtelEventsError } from '../../src/errors.ts';
import { type QueueOutcome, SendQueue, type SendQueueOptions } from '../../src/spool/send/send-queue.ts';

/** A queue whose sends are answered by hand. */
function byHand(options: Partial<SendQueueOptions<number>> = {}) {
  const sent: (readonly number[])[] = [];
  const answers: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const outcomes: string[] = [];
  const errors: string[] = [];
  const queue = new SendQueue<number>({
    name: 'test',
    send(items) {
      sent.push(items);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    onOutcome: (items, outcome: QueueOutcome) => {
      const reason = outcome.column === 'acked' ? '' : `(${outcome.reason})`;
      outcomes.push(...items.map((item) => `${item} ${outcome.column}${reason}`));
    },
    onError: ({ code }) => errors.push(code),
    initialBackoffMs: 1,
    maxBackoffMs: 2,
    ...options,
  });
  return { queue, sent, answers, outcomes, errors };
}

const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setTimeout(resolve, 3));
};

const refused = new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'http_400' });

test('items go in order, one batch at a time, in batches of batchSize', async () => {
  const { queue, sent, answers, outcomes } = byHand({ batchSize: 2 });
  for (const item of [1, 2, 3, 4, 5]) queue.push(item);
  await turns();
  assert.deepEqual(sent, [[1, 2]]);
  for (let round = 0; round < 3; round++) {
    answers[round]?.resolve();
    await turns();
  }
  assert.deepEqual(sent, [[1, 2], [3, 4], [5]]);
  assert.deepEqual(outcomes, ['1 acked', '2 acked', '3 acked', '4 acked', '5 acked']);
  assert.equal(queue.pending, 0);
});

test('a failed batch is sent again before anything later, and reported once an outage', async () => {
  const { queue, sent, answers, errors, outcomes } = byHand({ batchSize: 1 });
  queue.push(1);
  queue.push(2);
  await turns();
  answers[0]?.reject(new Error('away'));
  await turns();
  answers[1]?.reject(new Error('away'));
  await turns();
  answers[2]?.resolve();
  await turns();
  assert.deepEqual(sent, [[1], [1], [1], [2]]);
  assert.deepEqual(errors, ['EXPORT_FAILED']);
  assert.deepEqual(outcomes, ['1 acked']);
  answers[3]?.resolve();
  await turns();
  assert.deepEqual(outcomes, ['1 acked', '2 acked']);
});

test('a final error rejects the batch, with its reason, and the next goes on', async () => {
  const { queue, answers, outcomes } = byHand({ batchSize: 1 });
  queue.push(1);
  queue.push(2);
  await turns();
  answers[0]?.reject(refused);
  await turns();
  answers[1]?.resolve();
  await turns();
  assert.deepEqual(outcomes, ['1 rejected(http_400)', '2 acked']);
});

test('a full queue drops the oldest that are waiting; what is being sent stays', async () => {
  const { queue, answers, outcomes, errors } = byHand({ batchSize: 1, maxItems: 3 });
  queue.push(1);
  await turns();
  for (const item of [2, 3, 4, 5]) queue.push(item);
  assert.deepEqual(outcomes, ['2 dropped(queue_full)', '3 dropped(queue_full)']);
  assert.deepEqual(errors, ['QUEUE_FULL'], 'once a burst');
  for (let round = 0; round < 3; round++) {
    answers[round]?.resolve();
    await turns();
  }
  assert.deepEqual(outcomes.slice(2), ['1 acked', '4 acked', '5 acked']);
});

test('drop-newest drops what comes; a place that cannot be reserved is not counted; bytes count too', async () => {
  const newest = byHand({ maxItems: 1, onFull: 'drop-newest' });
  newest.queue.push(1);
  newest.queue.push(2);
  assert.deepEqual(newest.outcomes, ['2 dropped(queue_full)']);
  const bounded = byHand({ maxBytes: 10, sizeOf: (item) => item });
  const places = [6, 6, 4].map((item) => bounded.queue.reserve(item));
  assert.deepEqual(
    places.map((place) => place !== undefined),
    [true, false, true],
  );
  assert.deepEqual(
    [places[0]?.take(), bounded.queue.pending, bounded.queue.reserve(1)],
    [true, 1, undefined],
  );
  places[2]?.letGo();
  const freed = bounded.queue.reserve(4);
  await bounded.queue.close(0);
  assert.deepEqual([freed?.take(), bounded.outcomes], [false, ['6 dropped(closed)']]);
  const huge = byHand({ maxBytes: 10, sizeOf: (item) => item });
  huge.queue.push(4);
  huge.queue.push(11);
  assert.deepEqual(huge.outcomes, ['11 dropped(queue_full)'], 'what can never fit pushes nothing out');
  for (const { queue } of [newest, huge]) await queue.close(0);
});

test('flush waits for what was pushed before it and for no more, and cuts the wait for a batch short', async () => {
  const { queue, sent, answers } = byHand({ batchSize: 10, flushIntervalMs: 60_000 });
  queue.push(1);
  await turns();
  assert.deepEqual(sent, []);
  let flushed = false;
  const flush = queue.flush().then(() => {
    flushed = true;
  });
  await turns();
  assert.deepEqual(sent, [[1]]);
  queue.push(2);
  assert.equal(flushed, false);
  answers[0]?.resolve();
  await flush;
  assert.equal(queue.pending, 1);
  await queue.close(0);
});

test('close gives up at its time-out: what is left is dropped, once, and late answers change nothing', async () => {
  const { queue, answers, outcomes, errors } = byHand({ batchSize: 1 });
  queue.push(1);
  queue.push(2);
  await turns();
  await queue.close(5);
  assert.deepEqual(outcomes, ['1 dropped(closed)', '2 dropped(closed)']);
  answers[0]?.resolve();
  queue.push(3);
  await turns();
  assert.deepEqual(outcomes, ['1 dropped(closed)', '2 dropped(closed)', '3 dropped(closed)']);
  assert.deepEqual(errors, ['EXPORT_FAILED']);
});

test('a batch that is tried for longer than maxElapsedMs is given up', async () => {
  const outcomes: string[] = [];
  const queue = new SendQueue<number>({
    name: 'test',
    send: () => Promise.reject(new Error('away')),
    onOutcome: (items, outcome) => {
      if (outcome.column !== 'acked') outcomes.push(`${items} ${outcome.column}(${outcome.reason})`);
    },
    initialBackoffMs: 2,
    maxElapsedMs: 20,
  });
  queue.push(1);
  await queue.flush();
  assert.deepEqual(outcomes, ['1 rejected(gave_up)']);
});

test('whatever fails, every item gets exactly one outcome, and acked ones keep their order', async () => {
  const step = fc.constantFrom('ok', 'retry', 'final');
  const settings = fc.record({
    steps: fc.array(step, { maxLength: 40 }),
    items: fc.integer({ min: 0, max: 60 }),
    batchSize: fc.integer({ min: 1, max: 7 }),
    maxItems: fc.integer({ min: 1, max: 30 }),
    onFull: fc.constantFrom('drop-oldest' as const, 'drop-newest' as const),
  });
  const property = fc.asyncProperty(settings, async ({ steps, items, ...options }) => {
    let attempt = 0;
    const seen = new Map<number, string>();
    const queue = new SendQueue<number>({
      name: 'test',
      initialBackoffMs: 0,
      ...options,
      async send() {
        const answer = steps[attempt++] ?? 'ok';
        if (answer === 'retry') throw new Error('away');
        if (answer === 'final') throw refused;
      },
      onOutcome(batch, { column }) {
        for (const item of batch) {
          assert.equal(seen.has(item), false, `${item} twice`);
          seen.set(item, column);
        }
      },
    });
    for (let item = 0; item < items; item++) {
      queue.push(item);
      if (item % 5 === 0) await null;
    }
    await queue.flush();
    assert.equal(seen.size, items);
    assert.equal(queue.pending, 0);
    const acked = [...seen].filter(([, column]) => column === 'acked').map(([item]) => item);
    assert.deepEqual(
      acked,
      [...acked].sort((a, b) => a - b),
    );
  });
  await fc.assert(property, { numRuns: 150 });
});

test('a wait that is no time, or none at all, is no hot loop', async () => {
  for (const afterMs of [Number.NaN, -1, 0, Number.NEGATIVE_INFINITY, '0' as unknown as number]) {
    let calls = 0;
    const { queue } = byHand({
      initialBackoffMs: 20,
      maxBackoffMs: 20,
      send: async () => {
        calls++;
        throw new OtelEventsError('EXPORT_FAILED', 'later', { retry: { afterMs } });
      },
    });
    queue.push(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await queue.close(0);
    assert.ok(calls >= 1 && calls <= 12, `${calls} calls for ${afterMs}`);
  }
});
