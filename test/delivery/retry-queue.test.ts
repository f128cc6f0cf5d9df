import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RetryQueue, type RetryQueueOptions } from '../../src/delivery/retry-queue.ts';
import { OtelEventsError } from '../../src/errors.ts';

/** A queue whose attempts are answered by hand. */
function byHand(options: Partial<RetryQueueOptions<number>> = {}) {
  const tried: number[] = [];
  const answers: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const outcomes: string[] = [];
  const errors: string[] = [];
  const queue = new RetryQueue<number>({
    name: 'test',
    run(item) {
      tried.push(item);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    onOutcome: (item, outcome) => {
      const reason = 'reason' in outcome ? `(${outcome.reason})` : '';
      outcomes.push(`${item} ${outcome.column}${reason}`);
    },
    sizeOf: () => 1,
    onError: ({ code }) => errors.push(code),
    initialBackoffMs: 1,
    maxBackoffMs: 2,
    ...options,
  });
  return { queue, tried, answers, outcomes, errors };
}

const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setTimeout(resolve, 3));
};

const refused = new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'http_400' });

test('a failed item is tried again before anything later, and reported once an outage', async () => {
  const { queue, tried, answers, errors, outcomes } = byHand();
  queue.push(1);
  queue.push(2);
  await turns();
  answers[0]?.reject(new Error('away'));
  await turns();
  answers[1]?.reject(new Error('away'));
  await turns();
  answers[2]?.resolve();
  await turns();
  assert.deepEqual(tried, [1, 1, 1, 2]);
  assert.deepEqual(errors, ['EXPORT_FAILED']);
  assert.deepEqual(outcomes, ['1 acked']);
  answers[3]?.resolve();
  await turns();
  assert.deepEqual(outcomes, ['1 acked', '2 acked']);
});

test('a final error rejects the item, with its reason, and the next goes on', async () => {
  const { queue, answers, outcomes } = byHand();
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
  const { queue, answers, outcomes, errors } = byHand({ maxBytes: 3 });
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

test('what can never fit pushes nothing out', async () => {
  const { queue, outcomes } = byHand({ maxBytes: 10, sizeOf: (item) => item });
  queue.push(4);
  queue.push(11);
  assert.deepEqual(outcomes, ['11 dropped(queue_full)']);
  await queue.close(0);
});

test('flush waits for what was pushed before it and for no more', async () => {
  const { queue, answers } = byHand();
  queue.push(1);
  await turns();
  let flushed = false;
  const flush = queue.flush().then(() => {
    flushed = true;
  });
  queue.push(2);
  await turns();
  assert.equal(flushed, false);
  answers[0]?.resolve();
  await flush;
  assert.equal(queue.pending, 1);
  await queue.close(0);
});

test('close gives up at its time-out: what is left is dropped, once, and late answers change nothing', async () => {
  const { queue, answers, outcomes, errors } = byHand();
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

test('whatever fails, every item gets exactly one outcome, and acked ones keep their order', async () => {
  const step = fc.constantFrom('ok', 'retry', 'final');
  const settings = fc.record({
    steps: fc.array(step, { maxLength: 40 }),
    items: fc.integer({ min: 0, max: 60 }),
    maxBytes: fc.integer({ min: 1, max: 30 }),
  });
  const property = fc.asyncProperty(settings, async ({ steps, items, ...options }) => {
    let attempt = 0;
    const seen = new Map<number, string>();
    const queue = new RetryQueue<number>({
      name: 'test',
      initialBackoffMs: 1,
      maxBackoffMs: 1,
      ...options,
      sizeOf: () => 1,
      onError() {},
      async run() {
        const answer = steps[attempt++] ?? 'ok';
        if (answer === 'retry') throw new Error('away');
        if (answer === 'final') throw refused;
      },
      onOutcome(item, { column }) {
        assert.equal(seen.has(item), false, `${item} twice`);
        seen.set(item, column);
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
  // The queue's own timers keep nobody.
  const alive = setInterval(() => {}, 1_000);
  await fc.assert(property, { numRuns: 150 });
  clearInterval(alive);
});

test('a wait that is no time, or none at all, is no hot loop', async () => {
  for (const afterMs of [Number.NaN, -1, 0, Number.NEGATIVE_INFINITY, '0' as unknown as number]) {
    let calls = 0;
    const { queue } = byHand({
      initialBackoffMs: 20,
      maxBackoffMs: 20,
      run: async () => {
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
