import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { lokiPlace, requireLoki } from './loki.ts';

/** What `act` gives where `OTEL_EVENTS_LOKI` is `named`. */
function where<T>(named: string | undefined, act: () => T): T {
  const { OTEL_EVENTS_LOKI: before } = process.env;
  const set = (value: string | undefined): void => {
    if (value === undefined) delete process.env.OTEL_EVENTS_LOKI;
    else process.env.OTEL_EVENTS_LOKI = value;
  };
  set(named);
  try {
    return act();
  } finally {
    set(before);
  }
}

/** Whether a test would go on, and what it would say. */
function asked(kind?: 'binary'): [boolean, string[]] {
  const said: string[] = [];
  const context = { skip: (why: string) => said.push(why) } as unknown as TestContext;
  return [requireLoki(context, kind), said];
}

test('a Loki is an executable or a URL; anything else is said aloud, not skipped', () => {
  assert.equal(where(undefined, lokiPlace), undefined);
  assert.deepEqual(where('http://127.0.0.1:3100/', lokiPlace), { url: 'http://127.0.0.1:3100' });
  assert.deepEqual(where(process.execPath, lokiPlace), { binary: process.execPath });
  assert.throws(() => where('/nowhere/loki', lokiPlace), { message: /\/nowhere\/loki: neither/ });
});

test('without one its tests are skipped and say what to set, where CI is set too', () => {
  const [goesOn, said] = where(undefined, () => asked());
  assert.equal(goesOn, false);
  assert.match(said.join(), /set OTEL_EVENTS_LOKI/);
});

test('a test that kills it wants one that it has started', () => {
  const url = 'http://127.0.0.1:3100';
  assert.equal(where(url, () => asked())[0], true);
  assert.equal(where(url, () => asked('binary'))[0], false);
  assert.equal(where(process.execPath, () => asked('binary'))[0], true);
});
