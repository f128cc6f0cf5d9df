// Every event of OpenTelemetry's semantic conventions, with all its attributes, on every way that an event can take.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { edx } from '../../src/formats/edx.ts';
import { EventLogger } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import type { AttributeMap } from '../../src/otlp/values/attribute-value.ts';
import { startTestCollector, testLogger } from '../../src/testing.ts';
import { tempDir } from '../harness/temp-dir.ts';

const fixture = path.join(import.meta.dirname, '..', 'fixtures', 'convention-events.json');
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(fixture, 'utf8'),
).events;

const VALUES: Readonly<Record<string, unknown>> = {
  string: 'text',
  'string[]': ['text'],
  int: 7,
  double: 0.5,
  boolean: true,
  any: [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }],
};

const EVENTS = Object.entries(TYPES).map(([name, types]) => {
  const data = Object.fromEntries(
    Object.entries(types).map(([attribute, type]) => [attribute, VALUES[type]]),
  );
  return { name, data };
});

/** What this library says of every record. */
const OURS = ['log.record.uid', 'event.data.kept'];

function logAll(events: EventLogger): void {
  for (const { name, data } of EVENTS) events.log(name, data);
}

type Seen = Pick<EventRecord, 'eventName' | 'attributes'>;

function checkAll(records: readonly Seen[]): void {
  assert.equal(records.length, EVENTS.length);
  const others = (attributes: AttributeMap): object =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => !OURS.includes(name)));
  for (const [index, { name, data }] of EVENTS.entries()) {
    const { eventName, attributes } = records[index] as Seen;
    assert.equal(eventName, name);
    assert.deepEqual(others(attributes), data, name);
    const read = readEvent(records[index] as EventRecord);
    assert.deepEqual(read.data, data, name);
    assert.deepEqual([read.error, read.sessionId, read.previousSessionId], [undefined, undefined, undefined]);
  }
}

test('the list has every event of the conventions', () => {
  const names = Object.entries(conventions).flatMap(([key, name]) =>
    key.startsWith('EVENT_') ? [name] : [],
  );
  assert.ok(names.length >= 32);
  assert.deepEqual(
    names.filter((name) => TYPES[name as string] === undefined),
    [],
  );
});

for (const delivery of ['durable', 'sdk'] as const) {
  test(`with delivery '${delivery}' each has the names of the conventions`, async (t) => {
    await using collector = await startTestCollector();
    const spool = delivery === 'durable' ? { spool: tempDir(t as never) } : {};
    const events = new EventLogger({ delivery, endpoint: collector.endpoint, ...spool });
    logAll(events);
    await events.close();
    checkAll(collector.records);
  });
}

test("so each has for an app's provider, and for exporters", async () => {
  const exporter = new InMemoryLogRecordExporter();
  const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const records: EventRecord[] = [];
  const exporters = [(batch: readonly EventRecord[]) => void records.push(...batch)];
  const events = new EventLogger({ delivery: 'app', loggerProvider, exporters: exporters as never });
  logAll(events);
  await events.close();
  checkAll(records);
  checkAll(exporter.getFinishedLogRecords() as unknown as Seen[]);
});

/** The attributes of one event, and what is read back of it. */
async function oneOf(give: (events: EventLogger) => void, options: object = {}) {
  const events = testLogger({ logLevel: 'none', ...options });
  give(events);
  await events.close();
  const [record] = events.records.slice(-1) as [EventRecord];
  const { 'log.record.uid': _, ...attributes } = record.attributes;
  return { attributes, event: readEvent(record), record };
}

test('a name that is written otherwise stays moved, and both are read back', async () => {
  const { attributes, event } = await oneOf((events) => {
    const scope = events.track('a', { 'exception.type': 'mine', 'url.path': '/a', 'session.id': 's' });
    scope.fail(Object.assign(new TypeError('bad'), { stack: 'there' }));
    scope.end();
  });
  assert.equal(attributes['exception.type'], 'TypeError');
  assert.equal(attributes['data.exception.type'], 'mine');
  assert.equal(attributes['session.id'], 's');
  assert.deepEqual(attributes['event.data.kept'], ['url.path', 'session.id']);
  assert.deepEqual(event.data, { 'exception.type': 'mine', 'url.path': '/a', 'session.id': 's' });
  assert.deepEqual([event.error?.type, event.userId, event.sessionId], ['TypeError', undefined, undefined]);
});

test('so does what the context is promoted to, each name on its own', async () => {
  const data = { 'user_agent.original': 'mine', 'url.path': '/b', 'user.id': 'u2' };
  const { attributes, event } = await oneOf(
    (events) => events.context({ agent: 'theirs' }, () => void events.log('a', data)),
    { userId: 'u1' },
  );
  assert.equal(attributes['user_agent.original'], 'theirs');
  assert.equal(attributes['data.user_agent.original'], 'mine');
  assert.equal(attributes['url.path'], '/b');
  assert.deepEqual([attributes['user.id'], attributes['data.user.id']], ['u1', 'u2']);
  assert.deepEqual(attributes['event.data.kept'], ['url.path']);
  assert.deepEqual([event.data, event.userId], [data, 'u1']);
});

test('a value of another type is moved; what becomes text is text, on every way', async () => {
  const data = { 'exception.type': 7, 'exception.message': new URL('http://a.example/'), 'error.type': {} };
  await using collector = await startTestCollector();
  const durable = new EventLogger({ endpoint: collector.endpoint, delivery: 'durable' });
  const sdk = new EventLogger({ endpoint: collector.endpoint, delivery: 'sdk' });
  for (const events of [durable, sdk]) {
    events.log('a', data);
    await events.close();
  }
  for (const record of collector.records) {
    const { 'log.record.uid': _, ...attributes } = record.attributes;
    assert.deepEqual(attributes, {
      'data.exception.type': 7,
      'exception.message': 'http://a.example/',
      'data.error.type': {},
      'event.data.kept': ['exception.message'],
    });
    assert.deepEqual(readEvent(record).data, { ...data, 'exception.message': 'http://a.example/' });
  }
});

test('names of ours are never the caller’s, and nobody can say that they are', async () => {
  const data = {
    'user.id': 'u',
    'client.address': '10.0.0.1',
    'project.id': 'p',
    'event.category': 'c',
    'event.data.kept': ['log.record.uid', 'project.id'],
  };
  const { attributes, event } = await oneOf((events) => void events.log('a', data));
  assert.deepEqual(
    Object.keys(attributes),
    Object.keys(data).map((key) => `data.${key}`),
  );
  assert.deepEqual([event.data, event.category, event.projectId], [data, undefined, undefined]);
});

test('beyond the attribute limit all of them are read back, the same through an SDK', async () => {
  for (const count of [123, 124, 125, 126, 127, 200]) {
    const many = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
    for (const data of [
      { 'exception.type': 'E', ...many },
      { ...many, 'exception.type': 'E' },
    ]) {
      await using collector = await startTestCollector();
      const durable = new EventLogger({ endpoint: collector.endpoint, delivery: 'durable' });
      const sdk = new EventLogger({ endpoint: collector.endpoint, delivery: 'sdk' });
      for (const events of [durable, sdk]) {
        events.log('a', data);
        await events.close();
      }
      const [ours, sdks] = collector.records as [EventRecord, EventRecord];
      assert.ok(Object.keys(ours.attributes).length <= 128, `${count}`);
      assert.deepEqual(Object.keys(ours.attributes).sort(), Object.keys(sdks.attributes).sort());
      assert.deepEqual(readEvent(ours).data, data);
      assert.deepEqual(readEvent(sdks).data, data);
    }
  }
});

test('formats give them as data', async () => {
  const { record } = await oneOf((events) => void events.log('session.start', { 'session.id': 's1' }));
  assert.deepEqual(edx(record).data, { 'session.id': 's1' });
});
