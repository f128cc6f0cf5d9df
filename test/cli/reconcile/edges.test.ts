import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { startViewer } from './start-viewer.ts';
import { linesOfEvents, numbered, postLines, uidOf } from './uid-lines.ts';

/** One a second, the first at 09:00 of 2026-11-30. */
const EVENTS = Array.from({ length: 60 }, (_, number) => numbered(number));

test('of the minute in which --since or --until falls, events outside hide no loss within', async (t) => {
  const base = tempDir(t);
  const viewer = await startViewer(t, base);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const args = ['reconcile', file, '--store', `viewer=${viewer.url}`, '--json'];
  const missing = async (...more: string[]): Promise<unknown> => {
    const { status, stdout, stderr } = await runCli(base)(...args, ...more);
    assert.equal(stderr, '');
    return [status, (JSON.parse(stdout) as Record<string, number>).missing];
  };
  // As many are there of the first half of the minute as the second one has.
  await postLines(`${viewer.otlp}/v1/logs`, linesOfEvents(EVENTS.slice(0, 30)));
  assert.deepEqual(await missing('--since', '2026-11-30T09:00:30Z'), [1, 30]);
  assert.deepEqual(await missing('--until', '2026-11-30T09:00:30Z'), [0, 0]);
  assert.deepEqual(await missing('--since', '2026-11-30T09:00:30Z', '--mend'), [0, 30]);
  assert.deepEqual(await missing('--since', '2026-11-30T09:00:30Z'), [0, 0]);
});

test('a time that ends before it begins is no time without a loss', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const store = ['--store', 'viewer=http://127.0.0.1:9'];
  const { status, stderr } = await runCli(base)(
    'reconcile',
    file,
    ...store,
    '--since',
    '2h',
    '--until',
    '3h',
  );
  assert.equal(status, 1);
  assert.match(stderr, /OPTION_INVALID: --since is not before --until/);
});

test('what has no id and is missing is not called nothing', async (t) => {
  const base = tempDir(t);
  const viewer = await startViewer(t, base);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(
    file,
    `${linesOfEvents([numbered(1)])}${line({ name: 'page.viewed', at: 2, attributes: {} })}\n`,
  );
  const args = ['reconcile', file, '--store', `viewer=${viewer.url}`];
  const last = async (...more: string[]): Promise<unknown> => {
    const { status, stdout } = await runCli(base)(...args, ...more);
    return [status, stdout.trimEnd().split('\n').at(-1)];
  };
  assert.deepEqual(await last('--mend'), [
    1,
    '1 of 1 event were missing in viewer; 1 sent, and now it has all with an id.',
  ]);
  assert.deepEqual(await last(), [1, 'viewer has all of 1 event with an id.']);
});

test('an id at two times, as of a clock that was moved back, is one event and not missing', async (t) => {
  const base = tempDir(t);
  const viewer = await startViewer(t, base);
  const file = path.join(base, 'events.jsonl');
  const ahead = { name: 'page.viewed', at: 7_200, attributes: { 'log.record.uid': uidOf(1) } };
  writeFileSync(file, `${linesOfEvents([numbered(1), numbered(2)])}${line(ahead)}\n`);
  const args = ['reconcile', file, '--store', `viewer=${viewer.url}`, '--json', '--mend'];
  for (const sent of [2, 0]) {
    const { status, stdout } = await runCli(base)(...args);
    const found = JSON.parse(stdout) as Record<string, number>;
    assert.deepEqual([status, found.sent, found.left], [0, sent, 0], stdout);
  }
});
