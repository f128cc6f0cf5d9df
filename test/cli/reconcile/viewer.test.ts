import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, spanLine } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { linesOfEvents, numbered } from './uid-lines.ts';

const EVENTS = Array.from({ length: 200 }, (_, number) =>
  numbered(number, number % 2 === 0 ? 'page.viewed' : 'cart.item_added'),
);

test('the events of files, packed or not, are counted by name', async (t) => {
  const base = tempDir(t);
  writeFileSync(path.join(base, 'events-1.jsonl.gz'), gzipSync(linesOfEvents(EVENTS.slice(0, 80))));
  writeFileSync(
    path.join(base, 'events-2.jsonl.zst'),
    zstdCompressSync(linesOfEvents(EVENTS.slice(80, 150))),
  );
  writeFileSync(path.join(base, 'events.jsonl'), `${linesOfEvents(EVENTS.slice(150))}{"resourceLogs":[{`);
  const { status, stdout, stderr } = await runCli(base)(
    'reconcile',
    '--files',
    path.join(base, 'events*.jsonl*'),
  );
  assert.equal(status, 0, stderr);
  assert.equal(
    stdout,
    `NAME             FILES
cart.item_added    100
page.viewed        100

1 line of the files cannot be read.
200 events with an id.
`,
  );
});

test('repetitions are counted once, and what has no id apart', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  const bare = [line({ name: 'bare' }), line({ name: 'bare' }), line({ name: 'bare' })].join('\n');
  writeFileSync(file, `${linesOfEvents([1, 1, 2].map((number) => numbered(number)))}${bare}\n`);
  const span = spanLine('0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '', 'GET /', 5);
  writeFileSync(file, `${span}\n`, { flag: 'a' });
  const { status, stdout } = await runCli(base)('reconcile', file, '--json');
  const { names, minutes: _, files: __, ...rest } = JSON.parse(stdout);
  assert.deepEqual(
    [status, rest, names],
    [
      0,
      { spans: 1, damagedLines: 0, timeless: 0, isStopped: false },
      [
        { name: 'page.viewed', files: 2, repeatedInFiles: 1, bareInFiles: 0 },
        { name: 'bare', files: 0, repeatedInFiles: 0, bareInFiles: 3 },
      ],
    ],
  );
});

test('--since and --until choose by the time of events', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const counted = async (...range: string[]): Promise<number> => {
    const { stdout } = await cli('reconcile', file, '--json', ...range);
    const { names } = JSON.parse(stdout) as { names: { files: number }[] };
    return names.reduce((sum, { files }) => sum + files, 0);
  };
  assert.equal(await counted('--since', '2026-11-30T09:01:00Z'), 140);
  assert.equal(await counted('--since', '2026-11-30T09:01:00Z', '--until', '2026-11-30T09:02:00Z'), 60);
});

test('what is wrong has a code', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const said = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await runCli(base)('reconcile', ...args);
    return `${status} ${stderr.replace('otel-events reconcile: ', '').trim()}`;
  };
  assert.match(await said('none*'), /^1 OPTION_INVALID: no file fits/);
  assert.match(await said(file, '--since', 'now'), /^1 OPTION_INVALID: --since: no time/);
});
