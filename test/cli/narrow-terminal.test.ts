// What the tools print to a terminal of 80 columns, which breaks longer lines anywhere.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { DeadLetters } from '../../src/spool/send/dead-letters.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { segmentFiles } from '../spool/fields.ts';
import { event, fill, fillAndDie, onlySubDirectory, SHOP } from './spool-samples.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

for (const words of [['--help'], ['spool', '--help'], ['quarantine', '--help'], ['registry', '--help']]) {
  test(`otel-events ${words.join(' ')} lists commands in lines of 80 columns`, () => {
    const out = execFileSync(process.execPath, ['--no-warnings', MAIN, ...words], { encoding: 'utf8' });
    assert.deepEqual(
      out.split('\n').filter((line) => line.length > 80),
      [],
    );
  });
}

test('otel-events help COMMAND is otel-events COMMAND --help', () => {
  const told = (...words: readonly string[]) =>
    execFileSync(process.execPath, ['--no-warnings', MAIN, ...words], { encoding: 'utf8' });
  assert.equal(told('help'), told('--help'));
  assert.equal(told('help', 'tail'), told('tail', '--help'));
  assert.equal(told('help', 'spool', 'cat'), told('spool', 'cat', '--help'));
});

/** Runs `otel-events spool` on a terminal so wide, as `script` of util-linux makes one. */
function onTerminal(t: TestContext, columns: number, ...args: readonly string[]): string[] | undefined {
  if (spawnSync('script', ['--version']).status !== 0) {
    t.skip('there is no script(1), which makes terminals');
    return undefined;
  }
  const quoted = [process.execPath, '--no-warnings', MAIN, 'spool', ...args].map((arg) => `'${arg}'`);
  const command = `stty cols ${columns}; exec ${quoted.join(' ')}`;
  const out = execFileSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return out.split('\r\n');
}

/** Three owners, one of which died with damage behind it, and five sinks that wait. */
async function estate(t: TestContext): Promise<string> {
  const directory = tempDir(t);
  await fillAndDie(directory, { events: [1, 2, 3, 4] });
  const [file = ''] = segmentFiles(onlySubDirectory(directory));
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('item_added', 400)] = 0;
  writeFileSync(file, bytes.subarray(0, -7));
  const sinks = ['otlp', 'archive', 'warehouse', 'search', 'partner-webhook'];
  for (const events of [[1], [2, 3]]) {
    const spool = await fill(directory, { events, sinks });
    t.after(() => spool.close());
  }
  return directory;
}

test('spool ls shows an entry for each owner where its table is too wide', async (t) => {
  const directory = await estate(t);
  const lines = onTerminal(t, 80, 'ls', directory);
  if (lines === undefined) return;
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const text = lines.map((line) => line.replace(/\b[\da-f]{16}\b/, 'ID')).join('\n');
  assert.equal(text.match(/^ID$/gm)?.length, 3);
  assert.match(
    text,
    /^ID\n {2}owner living \(\d+\) {2}segments 1 {2}size [\d.]+ \w+ {2}records 2 {2}oldest [^\n]*\n(?: {2}[^\n]*\n)*? {2}pending otlp: 2, archive: 2, warehouse: 2, search: 2, partner-webhook: 2\n/m,
  );
  assert.match(text, /damage 1 gap, \d+ B/);
  const wide = onTerminal(t, 200, 'ls', directory) ?? [];
  assert.match(wide[0] ?? '', /^SUB-DIRECTORY {5}OWNER/);
});

test('spool verify shows what it found below the file, and the end of long names', async (t) => {
  const directory = await estate(t);
  let lines: string[] | undefined;
  try {
    lines = onTerminal(t, 80, 'verify', directory);
  } catch (error) {
    // It says with its exit status that something is damaged.
    lines = (error as { stdout: string }).stdout.split('\r\n');
  }
  if (lines === undefined) return;
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const found = lines.findIndex((line) => line.startsWith('damaged'));
  assert.match(lines[found] ?? '', /^damaged {5}[\da-f]{16}\/\d{16}\.seg$/);
  assert.match(lines[found + 1] ?? '', /^ {12}2 records, and not one: \d+ bytes at offset \d+,/);
  assert.match(lines.join('\n'), /^ok {10}[\da-f]{16}\/\d{16}\.seg {2}1 record$/m);
});

test('spool dead-letter ls shows an entry for each letter', async (t) => {
  const directory = tempDir(t);
  const request = toRequest(SHOP, [event(1)]);
  const letter = { time: new Date().toISOString(), sink: 'partner-webhook', reason: 'http_422', request };
  new DeadLetters(directory).add({ ...letter, signal: 'logs', name: 'checkout.payment_failed' });
  const lines = onTerminal(t, 80, 'dead-letter', 'ls', directory);
  if (lines === undefined) return;
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  assert.equal(lines[0], 'checkout.payment_failed');
  assert.match(lines[1] ?? '', /^ {2}time \d+ s {2}sink partner-webhook {2}reason http_422$/);
  assert.match(lines[2] ?? '', /^ {2}id [\da-f-]{36} {2}size \d+ B$/);
});
