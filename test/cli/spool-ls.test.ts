import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { currentOwner, directoryName } from '../../src/spool/owner/owner.ts';
import { DeadLetters } from '../../src/spool/send/dead-letters.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { segmentFiles, segmentsIn } from '../spool/fields.ts';
import { cli, event, fill, fillAndDie, onlySubDirectory, SHOP, snapshot } from './spool-samples.ts';

interface Listed {
  readonly subDirectories: readonly Record<string, unknown>[];
  readonly total: Record<string, unknown>;
  readonly deadLetters: object;
  readonly quarantine: object;
}

async function list(directory: string): Promise<Listed> {
  const { status, stdout, stderr } = await cli('ls', directory, '--json');
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(stdout) as Listed;
}

const NO_DAMAGE = { stretches: 0, bytes: 0, files: 0, cursors: 0, tornBytes: 0 };

test('each sub-directory has its owner, its sizes and what each sink has still to get', async (t) => {
  const directory = tempDir(t);
  const dead = await fillAndDie(directory, { events: [1, 2, 3], sinks: ['otlp', 'archive'], settled: 2 });
  const [deadFile = ''] = segmentFiles(onlySubDirectory(directory));
  const free = await fill(directory, { events: [4] });
  const freeBytes = readFileSync(segmentsIn(free)[0] ?? '').length;
  free.close();
  const living = await fill(directory, { events: [5, 6], settled: 2 }, { now: () => 1_700_000_000_000 });
  t.after(() => living.close());
  const { subDirectories, total, deadLetters, quarantine } = await list(directory);
  const found = Object.fromEntries(
    subDirectories.map(({ owner, token: _, name: __, ...row }) => {
      const { state, pid } = owner as { state: string; pid: number };
      return [`${state} ${pid}`, row];
    }),
  );
  const { oldest, newest } = found[`dead ${dead}`] ?? {};
  assert.equal(oldest, newest, 'one turn, one time');
  assert.ok(Math.abs(Date.parse(String(oldest)) - Date.now()) < 600_000);
  const row = { segments: 1, damage: NO_DAMAGE, unread: [] };
  assert.deepEqual(found, {
    [`dead ${dead}`]: {
      ...row,
      bytes: readFileSync(deadFile).length,
      records: 3,
      pending: { otlp: 1, archive: 3 },
      oldest,
      newest,
    },
    'free undefined': {
      ...row,
      bytes: freeBytes,
      records: 1,
      pending: { otlp: 1 },
      oldest: found['free undefined']?.oldest,
      newest: found['free undefined']?.newest,
    },
    [`living ${process.pid}`]: {
      ...row,
      bytes: readFileSync(segmentsIn(living)[0] ?? '').length,
      records: 2,
      pending: { otlp: 0 },
      oldest: '2023-11-14T22:13:20.000Z',
      newest: '2023-11-14T22:13:20.000Z',
    },
  });
  assert.deepEqual([total.records, total.pending], [6, { otlp: 2, archive: 3 }]);
  assert.deepEqual(
    [deadLetters, quarantine],
    [
      { records: 0, files: 0, bytes: 0 },
      { files: 0, bytes: 0 },
    ],
  );
});

test('the table is aligned, and exact where it is not for a terminal', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(directory, { events: [1, 2], sinks: ['otlp', 'a\u001b[31mb'] }, { now: () => 0 });
  t.after(() => spool.close());
  const { status, stdout, stderr } = await cli('ls', directory);
  const token = path.basename(spool.directory ?? '').slice(-16);
  const size = String(readFileSync(segmentsIn(spool)[0] ?? '').length);
  const [owner, time] = [`living (${process.pid})`, '1970-01-01T00:00:00.000Z'];
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(stdout.split('\n'), [
    `SUB-DIRECTORY     ${'OWNER'.padEnd(owner.length)}  SEGMENTS  ${'SIZE'.padStart(size.length)}  RECORDS                    OLDEST                    NEWEST  PENDING              DAMAGE`,
    `${token}  ${owner}         1  ${size.padStart(4)}        2  ${time}  ${time}  otlp: 2, a\ufffd[31mb: 2  -`,
    '',
    'dead letters  none',
    'set aside     nothing',
    '',
  ]);
});

test('damage, dead letters, what was set aside and files that cannot be read are counted', async (t) => {
  const directory = tempDir(t);
  await fillAndDie(directory, { events: [1, 2, 3, 4] });
  const home = onlySubDirectory(directory);
  const [file = ''] = segmentFiles(home);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('item_added', 400)] = 0;
  writeFileSync(file, bytes.subarray(0, -7));
  mkdirSync(path.join(home, '0000009999999999.seg'));
  writeFileSync(path.join(home, '0000009999999998.seg'), 'something else');
  mkdirSync(path.join(directory, 'quarantine'));
  writeFileSync(path.join(directory, 'quarantine', 'x'), 'abc');
  const request = toRequest(SHOP, [event(1)]);
  new DeadLetters(directory).add({
    time: '',
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'x',
    request,
  });
  const { status, stdout, stderr } = await cli('ls', directory, '--json');
  const { subDirectories, deadLetters, quarantine } = JSON.parse(stdout) as Listed;
  const { damage, records, unread } = subDirectories[0] as {
    damage: Record<string, number>;
    records: number;
    unread: [];
  };
  assert.deepEqual(
    [status, stderr],
    [2, `otel-events spool ls: EISDIR: cannot read ${home}/0000009999999999.seg\n`],
  );
  assert.deepEqual([records, damage.stretches, damage.files, unread.length], [2, 1, 1, 1]);
  assert.ok((damage.tornBytes ?? 0) > 0);
  assert.deepEqual([(deadLetters as { records: number }).records, quarantine], [1, { files: 1, bytes: 3 }]);
  const table = (await cli('ls', directory)).stdout;
  assert.match(table, /1 gap, \d+ bytes, 1 unknown file, 1 file unreadable\n/);
  assert.match(
    table,
    /^dead letters {2}1 record, \d+ bytes\nset aside {5}1 file, 3 bytes, damaged, in quarantine\/$/m,
  );
});

test('an owner that cannot be looked up is unknown until its heartbeat is old', async (t) => {
  const directory = tempDir(t);
  const name = directoryName({ ...currentOwner(), boot: '0123456789abcdef', pid: 77 });
  mkdirSync(path.join(directory, name));
  const heartbeat = path.join(directory, name, 'heartbeat');
  writeFileSync(heartbeat, '');
  const stateOf = async (): Promise<unknown> => (await list(directory)).subDirectories[0]?.owner;
  const { mtime } = { mtime: new Date(Date.now() - 1000) };
  utimesSync(heartbeat, mtime, mtime);
  assert.deepEqual(await stateOf(), { state: 'unknown', pid: 77, heartbeat: mtime.toISOString() });
  const old = new Date(Date.now() - 40_000);
  utimesSync(heartbeat, old, old);
  assert.deepEqual(await stateOf(), { state: 'dead', pid: 77, heartbeat: old.toISOString() });
});

test('a directory that is no spool, or only a part of one, is told apart from an empty one', async (t) => {
  const directory = tempDir(t);
  const { status, stdout } = await cli('ls', directory);
  assert.equal(status, 0);
  assert.match(stdout, /^no sub-directories: nothing is spooled here\n/);
  const missing = path.join(directory, 'missing');
  assert.deepEqual(await cli('ls', missing), {
    status: 2,
    stdout: '',
    stderr: `otel-events spool ls: ENOENT: cannot read ${missing}\n`,
  });
  (await fill(directory, { events: [1] })).close();
  const part = onlySubDirectory(directory);
  for (const command of ['ls', 'cat', 'verify']) {
    assert.deepEqual(await cli(command, part), {
      status: 1,
      stdout: '',
      stderr: `otel-events spool ${command}: OPTION_INVALID: ${part} is one sub-directory of a spool (give the directory above it)\n`,
    });
  }
});

test('nothing is changed by a look, however damaged it is', async (t) => {
  const directory = tempDir(t);
  await fillAndDie(directory, { events: [1, 2, 3], settled: 1 });
  const [file = ''] = segmentFiles(onlySubDirectory(directory));
  truncateSync(file, readFileSync(file).length - 3);
  (await fill(directory, { events: [4] })).close();
  const request = toRequest(SHOP, [event(1)]);
  new DeadLetters(directory).add({
    time: '',
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'x',
    request,
  });
  const before = snapshot(directory);
  for (const args of [
    ['ls'],
    ['ls', '--json'],
    ['cat'],
    ['cat', '--format', 'otlp'],
    ['verify'],
    ['dead-letter', 'ls'],
  ]) {
    assert.equal((await cli(...args, directory)).status, 0, args.join(' '));
    assert.deepEqual(snapshot(directory), before, args.join(' '));
  }
});

test('a directory that is mounted read-only can be looked at', async (t) => {
  const directory = smallDisk(t, '4m');
  if (directory === undefined) return;
  (await fill(directory, { events: [1, 2] })).close();
  execFileSync('mount', ['-o', 'remount,ro', directory]);
  assert.throws(() => writeFileSync(path.join(directory, 'x'), ''), { code: 'EROFS' });
  for (const command of ['ls', 'cat', 'verify']) {
    const { status, stdout, stderr } = await cli(command, directory);
    assert.deepEqual([status, stderr, stdout !== ''], [0, '', true], command);
  }
});

test('each level has help with an example', async () => {
  const commands = ['ls', 'cat', 'verify', 'replay'].map((name) => [name]);
  const letters = ['ls', 'replay', 'drop'].map((name) => ['dead-letter', name]);
  for (const args of [[], ['dead-letter'], ...commands, ...letters]) {
    const { status, stdout, stderr } = await cli(...args, '--help');
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.match(stdout, new RegExp(`^Usage: otel-events spool ${args.join(' ')}`));
    assert.match(stdout, /^Example: otel-events spool \S/m);
  }
});

test('wrong arguments end with 1 and one line that says what was meant', async () => {
  for (const [args, message] of [
    [['ls'], 'ls: OPTION_INVALID: no directory given (see --help)'],
    [['ls', 'a', 'b'], 'ls: OPTION_INVALID: one directory at a time: 2 given (see --help)'],
    [['ls', 'a', '--jsn'], 'ls: OPTION_UNKNOWN: no option --jsn (did you mean --json?)'],
    [['cat', 'a', '--limit', 'x'], 'cat: OPTION_INVALID: --limit: a number wanted, not x (see --help)'],
    [['cat', 'a', '--format', 'x'], 'cat: OPTION_INVALID: --format: json or otlp wanted, not x (see --help)'],
    [['replay', 'a'], 'replay: OPTION_INVALID: --to is missing (such as --to http://localhost:4318)'],
  ] as const) {
    assert.deepEqual(await cli(...args), { status: 1, stdout: '', stderr: `otel-events spool ${message}\n` });
  }
  const { status, stderr } = await cli('sl');
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^otel-events spool: unknown command "sl" \(did you mean ls\?\)\n\nUsage: otel-events spool COMMAND/,
  );
});
