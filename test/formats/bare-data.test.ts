// Data that are no map, such as the JSON text of edX's seq_goto, on every way that an event can take.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { fileExporter } from '../../src/exporters/file.ts';
import { documentsOf } from '../../src/exporters/mongodb-document.ts';
import { edx } from '../../src/formats/edx.ts';
import { leip } from '../../src/formats/leip.ts';
import { segment } from '../../src/formats/segment.ts';
import { EventLogger } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { startTestCollector, testLogger } from '../../src/testing.ts';
import { tempDir } from '../harness/temp-dir.ts';

/** What is given, and what edX's payload holds. */
const GIVEN: readonly (readonly [given: unknown, edx: unknown])[] = [
  ['{"old": 1}', '{"old": 1}'],
  ['', ''],
  [7.5, 7.5],
  [0, 0],
  [false, false],
  [
    ['x', { y: [1] }],
    ['x', { y: [1] }],
  ],
  [[], []],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [Buffer.from('a'), 'YQ=='],
  [new Set(['a']), ['a']],
  [{ toJSON: () => 'json' }, 'json'],
  [new Map([['a', 1]]), { a: 1 }],
  [{ value: 'text' }, { value: 'text' }],
  [{ value: ['x'] }, { value: ['x'] }],
  [{}, {}],
  [null, {}],
];

const WANTED = GIVEN.map(([, wanted]) => wanted);

function logAll(events: EventLogger): void {
  for (const [given] of GIVEN) events.log('a', given as object);
}

const dataOf = (records: readonly EventRecord[]): unknown[] =>
  records.map((record) => JSON.parse(JSON.stringify(edx(record).data)));

for (const options of [
  {},
  { redact: { paths: ['nothing.like.it'] } },
  { processors: [(event: { data: object }) => void Object.keys(event.data)] },
  { processors: [(event: { data: object }) => ({ ...event, data: { ...event.data } }) as never] },
]) {
  test(`the format edx has the data as they were given, in the process: ${Object.keys(options)}`, async () => {
    const events = testLogger(options as never);
    logAll(events);
    await events.close();
    assert.deepEqual(dataOf(events.records), WANTED);
  });
}

for (const delivery of ['durable', 'sdk'] as const) {
  test(`so it has behind OTLP, with delivery '${delivery}'`, async (t) => {
    await using collector = await startTestCollector();
    const spool = delivery === 'durable' ? { spool: tempDir(t as never) } : {};
    const events = new EventLogger({ delivery, endpoint: collector.endpoint, ...spool });
    logAll(events);
    await events.close();
    assert.deepEqual(dataOf(collector.records), WANTED);
  });
}

test("so it has of what an app's provider was given", async () => {
  const exporter = new InMemoryLogRecordExporter();
  const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const events = new EventLogger({ delivery: 'app', loggerProvider });
  logAll(events);
  await events.close();
  const records = exporter.getFinishedLogRecords().map(({ attributes }) => ({ attributes }));
  assert.deepEqual(dataOf(records.map((record) => ({ ...record, timeUnixNano: 0n }) as never)), WANTED);
});

test('so have files, and the documents of MongoDB and Segment', async (t) => {
  const file = path.join(tempDir(t as never), 'events.jsonl');
  const events = testLogger({ userId: 'u', exporters: [fileExporter({ path: file, format: 'edx' })] });
  events.log('a', 'text' as never);
  await events.close();
  const [record] = events.records as [EventRecord];
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).data, 'text');
  assert.equal(documentsOf('edx', {})(record)[0]?.data, 'text');
  assert.equal(segment(record).properties.data, 'text');
});

test('where data are a map by their format, the key is value', async () => {
  const events = testLogger();
  events.log('a', 'text' as never);
  await events.close();
  const [record] = events.records as [EventRecord];
  assert.deepEqual(leip(record).data, { value: 'text' });
  assert.deepEqual(readEvent(record).data, { value: 'text' });
  assert.equal(record.attributes['event.data.bare'], true);
});

test('what a processor puts in its place counts; what it adds makes it a map', async () => {
  const masked = testLogger({ processors: [(event) => void Object.assign(event.data, { value: 'masked' })] });
  const replaced = testLogger({ processors: [(event) => ({ ...event, data: ['list'] as never })] });
  const added = testLogger({ processors: [(event) => void Object.assign(event.data, { more: 1 })] });
  for (const events of [masked, replaced, added]) {
    events.log('a', 'text' as never);
    await events.close();
  }
  assert.deepEqual(dataOf([masked, replaced, added].flatMap(({ records }) => records)), [
    'masked',
    ['list'],
    { value: 'text', more: 1 },
  ]);
});

test('a scope begun with a text has it, until something is added', async () => {
  const events = testLogger();
  events.track('a', 'text' as never, () => {});
  events.track('a', 'text' as never, (scope) => scope.add({ value: 'other' }));
  await events.close();
  assert.deepEqual(dataOf(events.records), ['text', { value: 'other' }]);
});

test('a caller cannot forge it', async () => {
  const events = testLogger();
  events.log('a', { value: 'text', 'event.data.bare': true });
  await events.close();
  assert.deepEqual(dataOf(events.records), [{ value: 'text', 'event.data.bare': true }]);
});

test('data that can only be read with care are told apart as well', async () => {
  const events = testLogger();
  const options = Object.defineProperty({}, 'category', {
    enumerable: true,
    get() {
      throw new Error('on purpose');
    },
  });
  events.log('a', ['x'] as never, options);
  events.log('a', { value: ['x'] }, options);
  await events.close();
  assert.deepEqual(dataOf(events.records), [['x'], { value: ['x'] }]);
});
