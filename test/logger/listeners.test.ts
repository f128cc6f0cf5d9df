import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OtelEventsError } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';

const schema = (id: string): object => ({
  $id: id,
  version: 1,
  type: 'object',
  properties: {
    name: { type: 'string', categories: ['unrestricted'] },
    nested: { type: 'object', categories: ['unrestricted'] },
    mail: { type: 'string', categories: ['personal'] },
  },
});

test('modifiers change data before they are checked, for one schema or for all, those to come included', async () => {
  const events = testLogger({ schemas: [schema('a')] });
  const upper = (_: string, data: Record<string, unknown>): object => ({
    ...data,
    name: String(data.name).toUpperCase(),
  });
  const mark = (id: string, data: Record<string, unknown>): object => ({
    ...data,
    name: `${data.name} of ${id}`,
  });
  events.addModifier(upper, { schemaId: 'a' });
  events.addModifier(mark);
  events.registerSchema(schema('b'));
  const given = { name: 'x', nested: { n: 1 } };
  for (const id of ['a', 'b']) events.record(id, 1, given);
  events.removeModifier(mark);
  events.record('a', 1, given);
  events.removeModifier(upper);
  events.record('a', 1, given);
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ data }) => data.name),
    ['X of a', 'x of b', 'X', 'x'],
  );
  assert.deepEqual(given, { name: 'x', nested: { n: 1 } });
});

test('what a modifier makes is what is checked; one that fails, or is asynchronous, is passed over', async () => {
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): number => errors.push(error);
  const events = testLogger({ schemas: [schema('a')], onError, logLevel: 'none' });
  const breaks = (): object => ({ name: 7 });
  events.addModifier(breaks);
  assert.throws(() => events.record('a', 1, { name: 'x' }), { code: 'EVENT_INVALID' });
  events.removeModifier(breaks);
  events.addModifier(function throws() {
    assert.fail('on purpose');
  });
  events.addModifier(async function later() {
    assert.fail('later');
  } as never);
  events.addModifier(function changesInPlace(_, data) {
    (data.nested as { n: number }).n = 2;
  });
  const nested = { n: 1 };
  events.record('a', 1, { name: 'x', nested });
  await events.flush();
  assert.deepEqual(events.emitted[0]?.data, { name: 'x', nested: { n: 1 }, mail: null });
  assert.deepEqual(nested, { n: 1 });
  assert.deepEqual(events.stats().failures, { throws: 1, later: 1 });
  assert.equal(errors.filter(({ code }) => code === 'PROCESSOR_FAILED').length, 2);
});

test('listeners hear of events, modified or raw, redacted all the same, each with a copy of its own', async () => {
  const events = testLogger({ schemas: [schema('a'), schema('b')] });
  const heard: unknown[] = [];
  events.addModifier((_, data) => ({ ...data, name: 'modified' }));
  events.addListener((logger, id, data, version) => {
    assert.deepEqual([logger, version], [events, '1']);
    heard.push([id, 'all', data.name, data.mail]);
    (data.nested as { n: number }).n = 99;
  });
  events.addListener((_, id, data) => void heard.push([id, 'raw', data.name, data.mail]), {
    schemaId: 'b',
    raw: true,
  });
  for (const id of ['a', 'b'])
    events.record(id, 1, { name: 'given', mail: 'ada@example.org', nested: { n: 1 } });
  await events.flush();
  assert.deepEqual(heard, [
    ['a', 'all', 'modified', null],
    ['b', 'raw', 'given', null],
    ['b', 'all', 'modified', null],
  ]);
  assert.deepEqual(events.emitted[0]?.data.nested, { n: 1 });
});

test('the rules of redact hold for what listeners hear', async () => {
  const events = testLogger({ schemas: [schema('a')], redact: { paths: ['name'] } });
  const heard: string[] = [];
  events.addListener((_, __, data) => void heard.push(JSON.stringify(data)), { raw: true });
  events.addListener((_, __, data) => void heard.push(JSON.stringify(data)));
  events.record('a', 1, { name: 'a planted secret' });
  await events.flush();
  assert.equal(heard.length, 2);
  assert.doesNotMatch(heard.join(), /planted/);
  assert.doesNotMatch(JSON.stringify(events.emitted), /planted/);
});

test('listeners are isolated, counted, and settled() waits for what they have begun', async () => {
  const events = testLogger({ schemas: [schema('a')], logLevel: 'none' });
  const done: string[] = [];
  events.addListener(function throws() {
    assert.fail('on purpose');
  });
  events.addListener(async function rejects() {
    await sleep(5);
    assert.fail('later');
  });
  events.addListener(async (logger) => {
    await sleep(10);
    done.push('slow');
    if (done.length < 3) logger.record('a', 1, { name: 'again' });
  });
  events.record('a', 1, { name: 'x' });
  assert.deepEqual(done, []);
  await events.settled();
  assert.deepEqual(done, ['slow', 'slow', 'slow']);
  assert.deepEqual(events.stats().failures, { throws: 3, rejects: 3 });
  await events.flush();
  assert.equal(events.emitted.length, 3);
});

test('listeners and modifiers are for events with a schema; a removed one hears nothing', async () => {
  const events = testLogger({ schemas: [schema('a')] });
  const heard: string[] = [];
  const listener = (_: unknown, id: string): number => heard.push(id);
  events.addListener(listener);
  events.addListener(listener, { schemaId: 'a' });
  events.log('plain', { name: 'x' });
  events.record('a', 1, { name: 'x' });
  events.removeListener(listener, { schemaId: 'a' });
  events.record('a', 1, { name: 'x' });
  events.addListener(listener, { schemaId: 'a' });
  events.removeListener(listener);
  events.record('a', 1, { name: 'x' });
  await events.flush();
  assert.deepEqual(heard, ['a', 'a', 'a']);
});

test('objects that make new ones whenever they are read do not keep a modifier or a listener from its event', () => {
  const MOST = 3_000_000;
  let made = 0;
  const lazy = (): unknown => {
    if (++made > MOST) return 'too many';
    return {
      get left() {
        return lazy();
      },
      get right() {
        return lazy();
      },
    };
  };
  for (const raw of [false, true]) {
    made = 0;
    const events = testLogger({ schemas: [schema('a')], logLevel: 'none' });
    if (raw) events.addListener(() => {}, { raw });
    else events.addModifier(() => {});
    assert.throws(() => events.record('a', 1, { nested: lazy() } as never), { code: 'EVENT_INVALID' });
    assert.ok(made <= MOST, 'it was read until there was no more');
  }
});
