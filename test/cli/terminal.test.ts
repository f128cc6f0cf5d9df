import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLog } from '../../src/collector/telemetry/create-log.ts';
import { consoleExporter } from '../../src/exporters/console.ts';
import { debugExporter } from '../../src/exporters/debug.ts';
import { terminalLine } from '../../src/exporters/terminal-line.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { DeadLetters } from '../../src/spool/send/dead-letters.ts';
import { Spool } from '../../src/spool/spool.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { otelEvents } from './schema-samples.ts';
import { cli, event, jsonLines, SHOP } from './spool-samples.ts';

/** All that moves a cursor, starts a line, turns text around, or is no character: one of each range. */
const BAD =
  '\0\t\n\r\u001b[2J\u007f\u0085\u009b31m\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ud800';
const RAW = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** As it comes back out of OTLP, where halves of characters cannot be. */
const TEXT = BAD.toWellFormed();

function assertSafe(stdout: string): void {
  assert.doesNotMatch(stdout.replaceAll('\n', ''), RAW);
}

/** A spool, or a quarantine, with one event whose every text is bad. */
async function fill(t: TestContext, sink: string): Promise<string> {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory });
  const rich = {
    message: `m${BAD}`,
    category: BAD,
    tags: [BAD],
    userId: BAD,
    data: { [BAD]: BAD, list: [BAD] },
  };
  const schema = { id: 's', version: '1', issues: [{ path: BAD, expected: BAD, got: BAD }] };
  spool.append(spool.kind('logs', SHOP, 'e', [sink]), event(1, { ...rich, name: BAD, schema }));
  await spool.durable();
  await spool.close();
  return directory;
}

test('spool cat prints JSON that is the same, and nothing that a terminal obeys', async (t) => {
  const directory = await fill(t, 'otlp');
  for (const format of ['json', 'otlp']) {
    const { status, stdout } = await cli('cat', directory, '--format', format);
    assert.equal(status, 0);
    assertSafe(stdout);
    assert.equal(jsonLines(stdout).length, 1);
  }
  const { stdout } = await cli('cat', directory);
  const [line] = jsonLines(stdout);
  assert.deepEqual([line?.message, line?.data], [`m${TEXT}`, { [TEXT]: TEXT, list: [TEXT] }]);
});

test('dead-letter ls prints what a server said, and the record, likewise', async (t) => {
  const directory = await fill(t, 'otlp');
  const letters = new DeadLetters(directory);
  const request = toRequest(SHOP, [event(1, { message: BAD })]);
  const letter = {
    time: new Date(0).toISOString(),
    sink: BAD,
    reason: BAD,
    signal: 'logs',
    name: BAD,
    answer: BAD,
    request,
  };
  assert.ok(letters.add(letter as never));
  for (const args of [[], ['--json']]) {
    const { stdout } = await cli('dead-letter', 'ls', directory, ...args);
    assertSafe(stdout);
    if (args.length > 0) assert.deepEqual(jsonLines(stdout)[0]?.answer, BAD);
  }
});

test('quarantine show and ls likewise', async (t) => {
  const directory = await fill(t, 'quarantine');
  for (const args of [
    ['show', directory, '1'],
    ['ls', directory],
    ['ls', directory, '--json'],
  ]) {
    const { stdout, stderr } = await otelEvents('quarantine', ...args);
    assert.equal(stderr, '');
    assert.notEqual(stdout, '');
    assertSafe(stdout);
  }
});

test('what was typed is quoted likewise', async (t) => {
  const name = BAD.replace('\0', '');
  for (const args of [
    [`x${name}`],
    ['spool', `x${name}`],
    ['spool', 'cat', `${tempDir(t)}/x${name}`],
    ['collect', `--x${name}`],
  ]) {
    const { stdout, stderr } = await otelEvents(...(args as [string]));
    assert.notEqual(stderr, '');
    assertSafe(stdout + stderr);
  }
});

test('the console exporter, the debug exporter and the log of the collector likewise', async () => {
  const bytes = toRequest(SHOP, [event(1, { name: BAD, message: BAD, data: { [BAD]: BAD } })]);
  const batch = { signal: 'logs', encoding: 'protobuf', bytes, count: 1 } as const;
  const records = [...recordsOf(batch)];
  for (const record of records) assertSafe(terminalLine(record, (_, text) => text));
  const written: string[] = [];
  const write = (text: string, done: () => void): void => {
    written.push(text);
    done();
  };
  const stream = { write, on: () => stream, off: () => stream } as never;
  await consoleExporter({ stream }).send(records as never, new AbortController().signal);
  for (const verbosity of ['normal', 'detailed'] as const) {
    await debugExporter(verbosity, (text) => written.push(text)).consume(batch);
  }
  createLog({ level: 'debug', encoding: 'console', initialFields: new Map(), resource: undefined }, (line) =>
    written.push(line),
  )('warn', BAD, { error: BAD });
  assert.ok(written.length > 4);
  for (const text of written) assertSafe(text);
});
