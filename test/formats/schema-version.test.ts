// Readers of jupyter-telemetry compare versions as numbers, those of jupyter_events as text.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileExporter } from '../../src/exporters/file.ts';
import { jupyter } from '../../src/formats/jupyter.ts';
import { EventLogger } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import { startTestCollector, testLogger } from '../../src/testing.ts';
import { otelEvents } from '../cli/schema-samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const NUMBERS = [1, 0, -2, 1.5, 2 ** 53, 1e17, 1e21];
const TEXTS = ['1', '1.0', '2.1.0', '1e3'];
const VERSIONS = [...NUMBERS, ...TEXTS].filter((version) => version !== '1');

const schemaOf = (version: number | string) => ({ $id: `v/${typeof version}`, version, type: 'object' });

/** Registers and records one event of each version. */
function recordAll(events: EventLogger, versions: readonly (number | string)[] = VERSIONS): void {
  for (const version of versions) {
    events.registerSchema(schemaOf(version));
    events.record(schemaOf(version).$id, version, {});
  }
}

const written = (records: readonly EventRecord[]): unknown[] =>
  records.map((record) => jupyter(record).__schema_version__);

test('the version is written as the schema has it, number or text', async () => {
  const events = testLogger();
  recordAll(events);
  await events.flush();
  assert.deepEqual(written(events.records), VERSIONS);
});

test('text that looks like a number stays text', async () => {
  const events = testLogger();
  events.registerSchema(schemaOf('1'));
  events.record('v/string', 1, {});
  await events.flush();
  assert.deepEqual(written(events.records), ['1']);
});

test('1 and the text 1 are one version, written as it was registered', async () => {
  const events = testLogger();
  events.registerSchema(schemaOf(1));
  assert.throws(() => events.registerSchema({ ...schemaOf(1), version: '1' }), { code: 'SCHEMA_DUPLICATE' });
  events.record('v/number', '1', {});
  await events.flush();
  assert.deepEqual(written(events.records), [1]);
});

for (const delivery of ['durable', 'sdk'] as const) {
  test(`over OTLP, with delivery ${delivery}, it stays what it is`, async () => {
    await using collector = await startTestCollector();
    const events = new EventLogger({ delivery, endpoint: collector.endpoint, logLevel: 'none' });
    recordAll(events);
    await events.close();
    assert.deepEqual(written(collector.records), VERSIONS);
    const texts = collector.records.map(({ attributes }) => attributes['event.schema.version']);
    assert.deepEqual(texts, VERSIONS.map(String), 'queries find one type');
  });
}

async function exported(t: TestContext, format: 'jupyter' | 'otlp'): Promise<string> {
  const file = path.join(tempDir(t), 'events.log');
  const exporters = [fileExporter({ path: file, format })];
  const events = new EventLogger({ delivery: 'none', spool: path.join(tempDir(t), 'spool'), exporters });
  recordAll(events);
  await events.close();
  return file;
}

test('through a spool in files into a file', async (t) => {
  const lines = readFileSync(await exported(t, 'jupyter'), 'utf8')
    .trim()
    .split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).__schema_version__),
    VERSIONS,
  );
});

test('in a file of OTLP that is decoded', async (t) => {
  const lines = readFileSync(await exported(t, 'otlp'), 'utf8')
    .trim()
    .split('\n');
  const records = lines.flatMap((line) => recordsOf(OtlpRequest.read('logs', 'json', Buffer.from(line))));
  assert.deepEqual(written(records), VERSIONS);
});

test('of an event that is defined without a JSON Schema too', async () => {
  const validate = (value: unknown) => ({ value: value as Record<string, unknown> });
  const schema = { '~standard': { version: 1, vendor: 'own', validate } } as const;
  const events = testLogger();
  events.log(defineEvent('number', { version: 2, schema }), {});
  events.log(defineEvent('text', { version: '2', schema }), {});
  await events.flush();
  assert.deepEqual(written(events.records), [2, '2']);
});

test('what is marked as invalid keeps the version', async () => {
  const events = testLogger({ onInvalid: 'mark' });
  events.registerSchema({ ...schemaOf(3), required: ['a'] });
  events.record('v/number', 3, {});
  await events.flush();
  assert.deepEqual(written(events.records), [3]);
  assert.equal(events.records[0]?.attributes['event.schema.issues'] !== undefined, true);
});

test('what is replayed from a quarantine has the version of the schema that it passed', async (t) => {
  await using collector = await startTestCollector();
  const quarantine = path.join(tempDir(t), 'quarantine');
  const events = new EventLogger({ delivery: 'none', quarantine, onInvalid: 'quarantine', logLevel: 'none' });
  events.registerSchema({ ...schemaOf(3), required: ['a'] });
  for (let count = 0; count < 2; count++) events.record('v/number', 3, {});
  await events.close();
  const file = path.join(tempDir(t), 'mended.json');
  for (const version of ['4.0', 5]) {
    writeFileSync(file, JSON.stringify({ ...schemaOf(3), version }));
    const to = ['--schema', file, '--to', collector.endpoint];
    const { status, stderr } = await otelEvents('quarantine', 'replay', quarantine, '1', ...to);
    assert.equal(status, 0, stderr);
  }
  assert.deepEqual(written(collector.records), ['4.0', 5]);
});
