// An exporter of the app's rejects with anything at all: it is tried again, in good time, and nothing else happens.
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger, OtelEventsError } from '../../src/index.ts';
import { assertBalanced } from '../harness/ledger.ts';

const throws = (): never => {
  throw new Error('a getter');
};
const hostile = (): object =>
  new Proxy(
    {},
    { get: throws, getPrototypeOf: throws, has: throws, ownKeys: throws, getOwnPropertyDescriptor: throws },
  );

/** A wait as an exporter may ask for it. */
const WAITS: Readonly<Record<string, unknown>> = {
  NaN: Number.NaN,
  negative: -1,
  '-Infinity': Number.NEGATIVE_INFINITY,
  zero: 0,
  '"0"': '0',
  text: 'soon',
  null: null,
  undefined: undefined,
  'a symbol': Symbol('soon'),
  'a bigint': 0n,
  'an object that throws': { valueOf: throws },
  'a date in the past': new Date(0),
};

/** What it may reject with beside that. */
const REJECTIONS: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  'a string': () => 'no',
  'a symbol': () => Symbol('no'),
  'an object without a prototype': () => Object.create(null),
  'a proxy that throws': hostile,
  'an error whose message throws': () => Object.defineProperty(new Error('x'), 'message', { get: throws }),
  'an error whose message throws a proxy that throws': () =>
    Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw hostile();
      },
    }),
  'an error of ours whose retry is null': () => ours({ retry: { value: null } }),
  'an error of ours whose retry is a proxy that throws': () => ours({ retry: { value: hostile() } }),
  'an error of ours whose retry throws': () => ours({ retry: { get: throws } }),
  'an error of ours whose wait throws': () =>
    ours({ retry: { value: Object.defineProperty({}, 'afterMs', { get: throws }) } }),
};

function ours(properties: PropertyDescriptorMap): OtelEventsError {
  return Object.defineProperties(new OtelEventsError('EXPORT_FAILED', 'no', { retry: {} }), properties);
}

async function isTriedInGoodTime(t: TestContext, reject: () => unknown): Promise<void> {
  const codes: string[] = [];
  let calls = 0;
  let isAway = true;
  const exporter = async function mine(): Promise<void> {
    calls++;
    if (isAway) throw reject();
  };
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    exporters: [exporter],
    onError: ({ code }) => codes.push(code),
  });
  t.after(() => events.close({ timeoutMs: 0 }));
  events.log('one');
  await sleep(700);
  assert.ok(calls >= 1 && calls <= 3, `${calls} calls`);
  assert.deepEqual([codes, events.stats().total.pending], [['EXPORT_FAILED'], 1]);
  isAway = false;
  await events.flush();
  assert.equal(events.stats().total.acked, 1);
  assertBalanced(events.stats());
}

suite('an exporter that rejects', { concurrency: 4 }, () => {
  for (const [what, afterMs] of Object.entries(WAITS)) {
    test(`with a wait that is ${what}: it is called again after the usual backoff`, (t) =>
      isTriedInGoodTime(t, () => ours({ retry: { value: { afterMs } } })));
  }
  for (const [what, reject] of Object.entries(REJECTIONS)) {
    test(`with ${what}: it is called again after the usual backoff`, (t) => isTriedInGoodTime(t, reject));
  }
});

for (const afterMs of [Number.POSITIVE_INFINITY, 1e300]) {
  test(`a wait of ${afterMs} ms is one that ends, and a flush cuts it short`, (t) =>
    isTriedInGoodTime(t, () => ours({ retry: { value: { afterMs } } })));
}
