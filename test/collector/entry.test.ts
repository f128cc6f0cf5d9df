import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entry } from '../../src/collector/entry.ts';
import { Intake } from '../../src/collector/intake.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { batchOf, deferred, logsOf, protobufOf } from './samples.ts';

const wayTo = (list: string[], name: string) => async (_: Batch) => {
  list.push(name);
};

test('requests go where they are led at the moment; the end of those before is told', async () => {
  const entry = new Entry();
  const went: string[] = [];
  const held = deferred();
  void entry.lead({ logs: () => held.promise });
  const begun = entry.consume.logs?.(batchOf('a'));
  let isSettled = false;
  const settled = entry.lead({ logs: wayTo(went, 'second') }).then(() => {
    isSettled = true;
  });
  await entry.consume.logs?.(batchOf('b'));
  assert.deepEqual([went, isSettled], [['second'], false]);
  held.resolve();
  await begun;
  await settled;
});

test('requests that are held go the ways that there are when they are let go', async () => {
  const entry = new Entry();
  const went: string[] = [];
  void entry.lead({ logs: wayTo(went, 'first') });
  await entry.hold();
  const waiting = entry.consume.logs?.(batchOf('a'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(went, []);
  void entry.lead({ logs: wayTo(went, 'second') });
  entry.letGo();
  await waiting;
  assert.deepEqual(went, ['second']);
});

test('what comes for a signal that is no longer taken is refused, to come again: it is never lost with an answer', async () => {
  const entry = new Entry();
  const refusal = { code: 'EXPORT_FAILED', message: 'no pipeline takes logs any more' };
  void entry.lead({ logs: async () => {} });
  await entry.hold();
  const waiting = entry.consume.logs?.(batchOf('a'));
  void entry.lead({});
  entry.letGo();
  await assert.rejects(waiting ?? Promise.resolve(), refusal);
  // Its head was taken when there was a pipeline, and its body came when there was none.
  const intake = new Intake({ consume: entry.consume, maxHeldBytes: 1_000 });
  await assert.rejects(
    intake.take({ signal: 'logs', transport: 'http', encoding: 'protobuf' }, protobufOf(logsOf('b'))),
    refusal,
  );
  assert.deepEqual([intake.takes('logs'), intake.stats().refused.logs], [false, 1]);
});
