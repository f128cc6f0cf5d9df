import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { directoryExporter } from '../../src/exporters/directory.ts';
import { type Format, formatter, jsonFormatter } from '../../src/exporters/format.ts';
import { EventLogger } from '../../src/index.ts';
import { type EventRecord, testLogger } from '../../src/testing.ts';
import { tempDir } from '../harness/temp-dir.ts';

async function aRecord(name = 'a'): Promise<EventRecord> {
  const events = testLogger({ userId: 'u1' });
  events.log(name, { n: 1 });
  await events.close();
  return events.records[0] ?? assert.fail('no record');
}

test('every name is a format; most give one payload for a record', async () => {
  const plain = await aRecord();
  const llm = await aRecord('gen_ai.client.inference.operation.details');
  const names: Format[] = ['leip', 'jupyter', 'edx', 'trubrics', 'segment', 'otlp'];
  assert.deepEqual(
    names.map((name) => [name, formatter(name)(plain).length, formatter(name)(llm).length]),
    [
      ['leip', 1, 1],
      ['jupyter', 1, 1],
      ['edx', 1, 1],
      ['trubrics', 1, 2],
      ['segment', 1, 1],
      ['otlp', 1, 1],
    ],
  );
});

test('a name that is no format is told at construction', () => {
  for (const format of ['Leip', 'toString', '', null, 7]) {
    assert.throws(() => formatter(format as Format), {
      code: 'OPTION_INVALID',
      message: /one of leip, jupyter, edx, trubrics, segment, otlp/,
    });
  }
});

test('a function is a format: one payload, a list is one too, undefined is none', async () => {
  const record = await aRecord();
  assert.deepEqual(formatter(({ eventName }) => ({ eventName }))(record), [{ eventName: 'a' }]);
  assert.deepEqual(formatter(() => [1, 2])(record), [[1, 2]]);
  assert.deepEqual(formatter(() => null)(record), [null]);
  assert.deepEqual(formatter(() => undefined)(record), []);
});

test('a function that throws, or gives what JSON cannot hold, refuses the record for good', async () => {
  const record = await aRecord();
  const cause = new Error('boom');
  const broken = jsonFormatter(() => {
    throw cause;
  });
  assert.throws(() => broken(record), {
    code: 'EXPORT_FAILED',
    reason: 'format_failed',
    retry: undefined,
    cause,
  });
  assert.throws(() => jsonFormatter(() => 1n)(record), { code: 'EXPORT_FAILED', reason: 'format_failed' });
  const own = new OtelEventsError('EXPORT_FAILED', 'mine', { reason: 'mine' });
  const refusing = formatter(() => {
    throw own;
  });
  assert.throws(() => refusing(record), own);
});

test('JSON of a payload has no line break; what JSON leaves out is no payload', async () => {
  const record = await aRecord();
  assert.deepEqual(jsonFormatter(() => ({ text: 'a\nb' }))(record), ['{"text":"a\\nb"}']);
  assert.deepEqual(jsonFormatter(() => () => {})(record), []);
  assert.deepEqual(jsonFormatter('trubrics')(record).length, 1);
});

test('directory: a format that gives several payloads has each on a line of its file', async (t) => {
  const directory = tempDir(t);
  const events = new EventLogger({
    delivery: 'none',
    exporters: [directoryExporter({ directory, format: 'trubrics' })],
  });
  events.log('gen_ai.client.inference.operation.details', {});
  await events.close();
  const [file = ''] = readdirSync(directory);
  const lines = readFileSync(path.join(directory, file), 'utf8').split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).event),
    ['Prompt', 'Generation'],
  );
});

test('directory: an event that its format refuses is rejected alone; one without a payload has no file', async (t) => {
  const directory = tempDir(t);
  const format = ({ eventName }: EventRecord): unknown => {
    if (eventName === 'bad') throw new Error('boom');
    return eventName === 'none' ? undefined : { eventName };
  };
  const events = new EventLogger({
    delivery: 'none',
    exporters: [directoryExporter({ directory, name: 'files', format })],
    logLevel: 'none',
  });
  for (const name of ['one', 'bad', 'none', 'two']) events.log(name);
  await events.close();
  const row = events.stats().sinks.files;
  assert.equal(row?.acked, 3);
  assert.deepEqual(row?.rejected, { format_failed: 1 });
  const texts = readdirSync(directory).map((file) => readFileSync(path.join(directory, file), 'utf8'));
  assert.deepEqual(texts.sort(), ['{"eventName":"one"}', '{"eventName":"two"}']);
});
