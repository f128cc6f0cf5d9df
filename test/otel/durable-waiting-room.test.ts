import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingResource } from '../../src/otel/durable/durable-kinds.ts';
import { DurableWaitingRoom, type WaitingRecord } from '../../src/otel/durable/durable-waiting-room.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

interface Numbered extends WaitingRecord {
  readonly n: number;
}

/** A resource that is complete when `finish` is called; `fails` leaves it pending for ever. */
function slow(fails = false): PendingResource & { finish: () => void; asked: number } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const resource = {
    attributes: {},
    asyncAttributesPending: true,
    asked: 0,
    waitForAsyncAttributes() {
      resource.asked++;
      return promise;
    },
    finish() {
      if (fails) return reject(new Error('detector'));
      resource.asyncAttributesPending = false;
      resolve();
    },
  };
  return resource;
}

const DONE: PendingResource = { attributes: {} };

function room(options: { maxBytes?: number; maxWaitMs?: number } = {}) {
  const gone: number[] = [];
  const said: string[] = [];
  const waiting: DurableWaitingRoom<Numbered> = new DurableWaitingRoom<Numbered>({
    maxBytes: 1_000_000,
    ...options,
    onReady: ({ n }) => void gone.push(n),
    onIncomplete: (why) => void said.push(why),
  });
  /** As a processor does it. */
  const take = (n: number, resource: PendingResource): void => {
    if (waiting.mustWait(resource)) waiting.add({ n, resource, field: new Uint8Array(10) });
    else gone.push(n);
  };
  return { waiting, gone, said, take };
}

test('records wait for their resource, later ones behind them, and go in order; it is asked once', async () => {
  const { waiting, gone, take } = room();
  const resource = slow();
  take(1, resource);
  take(2, DONE);
  take(3, resource);
  assert.deepEqual([gone, waiting.size, resource.asked], [[], 3, 1]);
  const settled = waiting.settled();
  resource.finish();
  take(4, resource);
  await settled;
  assert.deepEqual([gone, waiting.size], [[1, 2, 3, 4], 0]);
  take(5, resource);
  assert.deepEqual(gone, [1, 2, 3, 4, 5]);
});

test('a resource that is complete as soon as it is asked holds nothing up', () => {
  const { gone, take } = room();
  const resource = {
    attributes: {},
    asyncAttributesPending: true,
    waitForAsyncAttributes: async () => {
      resource.asyncAttributesPending = false;
    },
  };
  take(1, resource);
  assert.deepEqual(gone, [1]);
});

test('one that fails, throws, has no way to wait or stays pending afterwards is not waited for again', async () => {
  const failing = slow(true);
  failing.finish();
  const throwing = {
    attributes: {},
    asyncAttributesPending: true,
    waitForAsyncAttributes: () => {
      throw new Error('detector');
    },
  };
  const lying = { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes: async () => {} };
  for (const resource of [failing, throwing, lying, { attributes: {}, asyncAttributesPending: true }]) {
    const { waiting, gone, take } = room();
    take(1, resource as PendingResource);
    await waiting.settled();
    take(2, resource as PendingResource);
    assert.deepEqual(gone, [1, 2]);
  }
});

test('a resource that takes too long is given up, once, and those behind it go on', async () => {
  const { waiting, gone, said, take } = room({ maxWaitMs: 5 });
  const resource = slow();
  take(1, resource);
  take(2, DONE);
  // The timer of the room keeps nothing alive.
  const alive = setInterval(() => {}, 1000);
  await waiting.settled();
  clearInterval(alive);
  take(3, resource);
  assert.deepEqual([gone, said], [[1, 2, 3], ['detection has taken 5 ms']]);
});

test('two resources: who came behind the slower one waits for it too', async () => {
  const { waiting, gone, take } = room();
  const [first, second] = [slow(), slow()];
  take(1, first);
  take(2, second);
  take(3, first);
  second.finish();
  await new Promise(setImmediate);
  assert.deepEqual(gone, []);
  first.finish();
  await waiting.settled();
  assert.deepEqual(gone, [1, 2, 3]);
});

test('memory is bounded: when it is full all go, and nothing is lost', () => {
  const { gone, said, take, waiting } = room({ maxBytes: 3 * (256 + 10) });
  const resource = slow();
  for (let n = 1; n <= 5; n++) take(n, resource);
  assert.deepEqual([gone, waiting.size], [[1, 2, 3, 4, 5], 0]);
  assert.deepEqual(said, ['4 records wait for it, and fill the memory that they may']);
});

test('what is logged while one is handed over comes last', async () => {
  const resource = slow();
  const gone: number[] = [];
  const waiting: DurableWaitingRoom<Numbered> = new DurableWaitingRoom<Numbered>({
    maxBytes: 1_000_000,
    onReady: ({ n }) => {
      gone.push(n);
      if (n === 1) {
        assert.equal(waiting.mustWait(resource), true);
        waiting.add({ n: 3, resource, field: new Uint8Array() });
        waiting.giveUp();
      }
    },
    onIncomplete: () => {},
  });
  waiting.mustWait(resource);
  for (const n of [1, 2]) waiting.add({ n, resource, field: new Uint8Array() });
  const settled = waiting.settled();
  resource.finish();
  await settled;
  assert.deepEqual([gone, waiting.size], [[1, 2, 3], 0]);
});

test('a hundred thousand that wait go in the time that they take', async () => {
  const { waiting, gone, take } = room({ maxBytes: 100_000_000 });
  const resource = slow();
  for (let n = 0; n < 100_000; n++) take(n, resource);
  resource.finish();
  const clock = cpuClock();
  await waiting.settled();
  assert.equal(gone.length, 100_000);
  assert.ok(clock() < 10_000);
});
