import assert from 'node:assert/strict';
import { linkSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tempDir } from '../../harness/temp-dir.ts';
import { runCli } from '../events/run-cli.ts';
import { linesOfEvents, numbered, uidOf } from '../reconcile/uid-lines.ts';
import { jsonLines } from '../spool-samples.ts';

const LINES = linesOfEvents([1, 2, 3].map((number) => numbered(number)));

test('behind a symbolic link the file itself is written anew, and the link stays', async (t) => {
  const base = tempDir(t);
  const [file, link] = [path.join(base, 'events-1.jsonl'), path.join(base, 'latest')];
  writeFileSync(file, LINES);
  symlinkSync(file, link);
  const { status, stdout } = await runCli(base)('erase', '--user', 'u2', link);
  assert.equal(status, 0, stdout);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.doesNotMatch(readFileSync(file, 'utf8'), /"u2"/);
});

test('a file with another name is not called clean before that one is', async (t) => {
  const base = tempDir(t);
  const [file, other] = [path.join(base, 'events.jsonl'), path.join(base, 'backup')];
  writeFileSync(file, LINES);
  linkSync(file, other);
  const args = ['erase', '--user', 'u2', file, '--json'];
  for (const [more, erased] of [['--dry-run', 0] as const, ['--json', 1] as const]) {
    const { status, stdout } = await runCli(base)(...args, more);
    const [found] = jsonLines(stdout);
    assert.deepEqual([status, found?.state, found?.erased], [1, 'not reached', erased]);
    assert.match(String(found?.problem), /^it has 1 other name \(hard links\)/);
  }
  assert.equal((await runCli(base)('erase', '--user', 'u2', file, other)).status, 0);
  assert.doesNotMatch(readFileSync(other, 'utf8') + readFileSync(file, 'utf8'), /"u2"/);
});

test('a directory that is no spool or store is said before anything is changed', async (t) => {
  const base = tempDir(t);
  const [file, other] = [path.join(base, 'events.jsonl'), path.join(base, 'other')];
  writeFileSync(file, LINES);
  mkdirSync(other);
  mkdirSync(path.join(base, 'empty'));
  writeFileSync(path.join(other, 'events.jsonl'), LINES);
  for (const option of ['--spool', '--quarantine', '--viewer']) {
    const { status, stderr } = await runCli(base)('erase', '--user', 'u2', file, option, other);
    assert.equal(status, 1, option);
    assert.match(stderr, /OPTION_INVALID: .*other is no (?:spool|store of the viewer): it holds /);
    const empty = await runCli(base)('erase', '--user', 'u0', file, option, path.join(base, 'empty'));
    assert.equal(empty.status, 0, empty.stderr);
  }
  assert.equal(readFileSync(file, 'utf8'), LINES);
});

test('two runs at once lose nothing of others, and one that could not is told to come again', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl.gz');
  const events = Array.from({ length: 20_000 }, (_, number) => ({
    ...numbered(number),
    attributes: { 'log.record.uid': uidOf(number), 'user.id': `u${number % 10}` },
  }));
  writeFileSync(file, gzipSync(linesOfEvents(events, 100)));
  const users = ['u1', 'u2', 'u3'];
  const runs = await Promise.all(users.map((user) => runCli(base)('erase', '--user', user, file)));
  const text = String(gunzipSync(readFileSync(file)));
  assert.ok(runs.some(({ status }) => status === 0));
  for (const [at, { status, stdout }] of runs.entries()) {
    const isGone = !text.includes(`"${users[at]}"`);
    assert.equal(isGone, status === 0, stdout);
  }
  for (const user of ['u0', 'u4', 'u9']) assert.equal(text.split(`"${user}"`).length - 1, 2_000);
});
