import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { wholeHeader } from '../../../src/spool/log/definitions.ts';
import { DeadLetters, readDeadLetters } from '../../../src/spool/send/dead-letters.ts';
import { Spool } from '../../../src/spool/spool.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { cli, event, idOf, jsonLines, SHOP } from '../spool-samples.ts';
import { killErasing } from './kill-erasing.ts';

const PERSON = 'person-7f3a9c';

/** Every third event is of the person. */
async function fill(directory: string, count: number, sinks = ['otlp', 'archive']): Promise<Spool> {
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', SHOP, 'cart.item_added', sinks);
  for (let number = 1; number <= count; number++)
    spool.append(kind, event(number, { userId: number % 3 === 0 ? PERSON : 'other' }));
  await spool.durable();
  return spool;
}

async function idsIn(directory: string): Promise<unknown[]> {
  const { stdout } = await cli('cat', directory);
  return jsonLines(stdout).map(({ id }) => id);
}

/** All files below a directory that hold the id. */
function filesWithId(directory: string): string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files.filter((name) => {
    const file = path.join(directory, name);
    return statSync(file).isFile() && readFileSync(file).includes(PERSON);
  });
}

const OTHERS = [1, 2, 4, 5, 7, 8, 10].map(idOf);

test('what nobody has any more is written anew without the person, with its sinks', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'spool');
  const spool = await fill(directory, 10);
  // The first sink has got four, the others wait.
  const cursor = spool.cursor('otlp');
  cursor.ack(cursor.read(Number.POSITIVE_INFINITY, 4)?.to ?? 0);
  spool.close();
  const args = ['erase', '--user', PERSON, '--spool', directory];
  const dry = await runCli(base)(...args, '--dry-run');
  assert.deepEqual(
    [dry.status, dry.stdout.trim().split('\n').at(-1)],
    [0, '3 records found; nothing was changed.'],
  );
  const { status, stdout, stderr } = await runCli(base)(...args);
  assert.deepEqual([status, stderr, stdout.trim().split('\n').at(-1)], [0, '', 'All 3 records erased.']);
  assert.deepEqual(await idsIn(directory), OTHERS);
  assert.deepEqual(filesWithId(directory), []);
  const { total } = JSON.parse((await cli('ls', directory, '--json')).stdout);
  assert.deepEqual(total.pending, { archive: 7, otlp: 4 });
});

test('an id that is an integer of 64 bits is found where it stands in bits', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'spool');
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', SHOP, 'cart.item_added', ['otlp']);
  // The first two are one number to JavaScript.
  const ids = [9007199254740993n, 9007199254740992n, -1n];
  for (const [at, id] of ids.entries()) spool.append(kind, event(at + 1, { data: { user_id: id } }));
  await spool.durable();
  spool.close();
  const args = ['erase', '--user', String(ids[0]), '--spool', directory, '--json'];
  const { status, stdout } = await runCli(base)(...args);
  assert.deepEqual([status, jsonLines(stdout)[0]?.erased], [0, 1], stdout);
  assert.deepEqual(await idsIn(directory), [2, 3].map(idOf));
});

test('what a living process has is left, and said', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'spool');
  const spool = await fill(directory, 10);
  const { status, stdout } = await runCli(base)('erase', '--user', PERSON, '--spool', directory, '--json');
  spool.close();
  const [found] = jsonLines(stdout);
  assert.deepEqual(
    [status, found?.state, found?.found, found?.problem],
    [1, 'not reached', 3, `process ${process.pid} has it: end it, and run this again`],
  );
  assert.equal((await runCli(base)('erase', '--user', PERSON, '--spool', directory)).status, 0);
  assert.deepEqual(await idsIn(directory), OTHERS);
});

test('of the requests of a queue their records go, and the others stay in their request', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'queue');
  const made = (user: string, name: string) => ({ name, attributes: { 'user.id': user } });
  for (const encoding of ['json', 'protobuf'] as const) {
    const spool = new Spool({ spool: directory, holds: 'requests' });
    for (const names of [
      [made('x', 'a'), made(PERSON, 'b'), made('x', 'c')],
      [made(PERSON, 'd')],
      [made('x', 'e')],
    ]) {
      const request = OtlpRequest.read('logs', 'json', Buffer.from(line(...names)));
      const bytes = encoding === 'json' ? request.json() : request.protobuf();
      spool.append(spool.kind('logs', wholeHeader(encoding), String(names.length), ['logs']), bytes);
    }
    await spool.durable();
    spool.close();
  }
  const { status, stderr } = await runCli(base)('erase', '--user', PERSON, '--spool', directory);
  assert.deepEqual([status, stderr], [0, '']);
  const { stdout } = await cli('cat', directory, '--format', 'otlp');
  const names = [...stdout.matchAll(/"eventName":"(\w)"/g)].map(([, name]) => name);
  assert.deepEqual(names, ['a', 'c', 'e', 'a', 'c', 'e']);
  assert.deepEqual(filesWithId(directory), []);
});

test('dead letters, the quarantine of events, and damaged bytes', async (t) => {
  const base = tempDir(t);
  const [directory, quarantine] = [path.join(base, 'spool'), path.join(base, 'quarantine')];
  (await fill(quarantine, 10, ['quarantine'])).close();
  mkdirSync(directory);
  const letters = new DeadLetters(directory);
  const theirs = { name: 'b', attributes: { 'user.id': PERSON } };
  for (const events of [[{ name: 'a' }], [theirs], [{ name: 'c' }, theirs]]) {
    const request = OtlpRequest.read('logs', 'json', Buffer.from(line(...events))).protobuf();
    const about = {
      sink: 'otlp',
      reason: 'http_400',
      signal: 'logs',
      name: 'x',
      answer: `no ${PERSON}`,
    } as const;
    letters.add({
      time: '2026-11-30T09:00:00.000Z',
      ...about,
      ...(events.length === 1 && events[0] !== theirs && { answer: 'no' }),
      request,
    });
  }
  mkdirSync(path.join(directory, 'quarantine'));
  writeFileSync(path.join(directory, 'quarantine', 'torn.seg.5'), `\0\x01${PERSON}\0`);
  const args = ['erase', '--user', PERSON, '--spool', directory, '--quarantine', quarantine, '--json'];
  const { status, stdout, stderr } = await runCli(base)(...args);
  assert.deepEqual([status, stderr], [1, '']);
  assert.deepEqual(
    jsonLines(stdout).map(({ kind, state, found, erased }) => ({ kind, state, found, erased })),
    [
      // One that was set aside, and is damaged.
      { kind: 'spool', state: 'not reached', found: 0, erased: 0 },
      { kind: 'dead letters', state: 'erased', found: 2, erased: 2 },
      { kind: 'spool', state: 'erased', found: 3, erased: 3 },
    ],
  );
  assert.deepEqual(filesWithId(base), [path.join('spool', 'quarantine', 'torn.seg.5')]);
  const left = [...readDeadLetters(directory)].map(({ letter }) =>
    Buffer.from(letter.request).toString('latin1'),
  );
  assert.deepEqual(
    left.map((text) => /[abc](?=[^a-z]|$)/.exec(text) !== null),
    [true, true],
  );
  assert.deepEqual(await idsIn(quarantine), OTHERS);
});

test('what was looked through and has nothing of the person is told as clean', async (t) => {
  const base = tempDir(t);
  const [directory, empty] = [path.join(base, 'spool'), path.join(base, 'empty')];
  (await fill(directory, 2)).close();
  mkdirSync(empty);
  const args = ['erase', '--user', PERSON, '--spool', directory, '--quarantine', empty];
  const { status, stdout } = await runCli(base)(...args, '--json');
  const [home] = readdirSync(directory);
  assert.equal(status, 0);
  assert.deepEqual(
    jsonLines(stdout),
    [path.join(directory, home ?? ''), empty].map((place) => ({
      place,
      kind: 'spool',
      state: 'clean',
      found: 0,
      erased: 0,
    })),
  );
  assert.match((await runCli(base)(...args)).stdout, /Nothing of it was found\.\n$/);
});

/** Puts other bytes into the first file of a spool that is closed. */
function damage(directory: string, change: (bytes: Buffer) => Buffer): void {
  const [home = ''] = readdirSync(directory);
  const [segment = ''] = readdirSync(path.join(directory, home)).filter((name) => name.endsWith('.seg'));
  const file = path.join(directory, home, segment);
  writeFileSync(file, change(readFileSync(file)));
}

test('damaged bytes of a spool are set aside and told; what a crash has cut short goes', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'spool');
  const others = OTHERS.slice(0, -1);
  (await fill(directory, 9)).close();
  damage(directory, (bytes) => {
    // In the third record, and in the middle of the ninth, which is the last.
    bytes[bytes.indexOf(PERSON) - 4] = 0xff;
    return bytes.subarray(0, bytes.lastIndexOf(PERSON) + PERSON.length);
  });
  const args = ['erase', '--user', PERSON, '--spool', directory];
  const dry = await runCli(base)(...args, '--dry-run', '--json');
  const [counted] = jsonLines(dry.stdout);
  assert.equal(dry.status, 1);
  assert.match(String(counted?.problem), /^an id in 1 stretch of damaged bytes: look at it, or drop it/);
  const { status, stdout } = await runCli(base)(...args, '--json');
  assert.deepEqual(
    [status, jsonLines(stdout).map(({ state, found }) => ({ state, found }))],
    [
      1,
      [
        { state: 'erased', found: 2 },
        { state: 'not reached', found: 0 },
      ],
    ],
  );
  assert.deepEqual(await idsIn(directory), others);
  const [aside] = filesWithId(directory);
  assert.match(String(aside), /^quarantine\//);
  const gone = await runCli(base)(...args, '--drop-unreadable', '--json');
  assert.deepEqual(
    [gone.status, jsonLines(gone.stdout).map(({ state, dropped }) => ({ state, dropped }))],
    [
      0,
      [
        { state: 'clean', dropped: undefined },
        { state: 'erased', dropped: 'an id in damaged bytes that were set aside' },
      ],
    ],
  );
  assert.deepEqual(filesWithId(directory), []);
  assert.deepEqual(await idsIn(directory), others);
});

test('a record that cannot be decoded stays with the others, unless it is to go', async (t) => {
  const base = tempDir(t);
  for (const id of [PERSON, '9007199254740993']) {
    const directory = path.join(base, id);
    const spool = new Spool({ spool: directory, holds: 'requests' });
    const whole = (user: string): Uint8Array => {
      const text = line({ name: 'a', attributes: { 'user.id': user, other: 'one' } });
      const number = text.replace(`{"stringValue":"${user}"}`, `{"intValue":"${user}"}`);
      const body = Buffer.from(/^\d+$/.test(user) ? number : text);
      return OtlpRequest.read('logs', 'json', body).protobuf();
    };
    const theirs = whole(id);
    const cut = theirs.subarray(0, theirs.length - 3);
    const kind = spool.kind('logs', wholeHeader('protobuf'), '1', ['logs']);
    for (const bytes of [theirs, cut, whole('x')]) spool.append(kind, bytes);
    await spool.durable();
    spool.close();
    const args = ['erase', '--user', id, '--spool', directory, '--json'];
    const kept = await runCli(base)(...args);
    const [said] = jsonLines(kept.stdout);
    const problem = 'an id in 1 record that cannot be decoded: look at it, or drop it with --drop-unreadable';
    assert.deepEqual([kept.status, said?.found, said?.erased, said?.problem], [1, 1, 1, problem]);
    const gone = await runCli(base)(...args, '--drop-unreadable');
    const dropped = 'an id in 1 record that cannot be decoded';
    assert.deepEqual([gone.status, jsonLines(gone.stdout)[0]?.dropped], [0, dropped]);
    const { total } = JSON.parse((await cli('ls', directory, '--json')).stdout);
    assert.deepEqual(total.pending, { logs: 1 });
  }
});

test('letters that cannot be read stay, unless they hold the id and are to go; a torn one goes', async (t) => {
  const base = tempDir(t);
  const place = path.join(base, 'dead-letter');
  mkdirSync(place);
  const about = {
    time: '2026-11-30T09:00:00.000Z',
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'x',
  };
  const letter = (user: string): string => {
    const text = line({ name: 'a', attributes: { 'user.id': user, other: 'one' } });
    const request = OtlpRequest.read('logs', 'json', Buffer.from(text)).protobuf();
    return JSON.stringify({ ...about, request: Buffer.from(request).toString('base64') });
  };
  const [theirs, others] = [letter(PERSON), letter('x')];
  const file = path.join(place, 'a.jsonl');
  const bad = [theirs, others].map((text) => `${text.slice(0, 20)}\0${text.slice(21)}`);
  writeFileSync(file, [others, ...bad, theirs, theirs.slice(0, -5)].join('\n'));
  const args = ['erase', '--user', PERSON, '--spool', base, '--json'];
  const kept = await runCli(base)(...args);
  const problem = 'an id in 1 letter that cannot be read: look at them, or drop them with --drop-unreadable';
  assert.equal(kept.status, 1);
  const { kind, found, erased, problem: said } = jsonLines(kept.stdout).at(-1) ?? {};
  assert.deepEqual([kind, found, erased, said], ['dead letters', 2, 2, problem]);
  const left = (): string => {
    const [name = ''] = readdirSync(place);
    return readFileSync(path.join(place, name), 'utf8');
  };
  assert.equal(left(), `${[others, ...bad].join('\n')}\n`);
  const gone = await runCli(base)(...args, '--drop-unreadable');
  assert.equal(gone.status, 0);
  assert.equal(left(), `${[others, bad[1]].join('\n')}\n`);
});

test('kill -9 at random moments loses no record of others, and the next run finishes', async (t) => {
  const base = tempDir(t);
  let killed = 0;
  for (let round = 0; round < 6; round++) {
    const directory = path.join(base, `spool-${round}`);
    (await fill(directory, 3_000)).close();
    const args = ['--user', PERSON, '--spool', directory];
    // It takes the sub-directory under another name.
    const [before] = readdirSync(directory);
    const hasBegun = (): boolean => !readdirSync(directory).includes(before ?? '');
    if (await killErasing({ cache: base, args, hasBegun, afterMs: round * 15 })) killed++;
    const all = new Set(await idsIn(directory));
    const others = Array.from({ length: 3_000 }, (_, at) => at + 1)
      .filter((number) => number % 3 !== 0)
      .map(idOf);
    assert.deepEqual(
      others.filter((id) => !all.has(id)),
      [],
      `round ${round}`,
    );
    assert.equal((await runCli(base)('erase', '--user', PERSON, '--spool', directory)).status, 0);
    assert.deepEqual([...new Set(await idsIn(directory))].sort(), others.sort());
    assert.deepEqual(filesWithId(directory), []);
  }
  assert.ok(killed > 0, 'none was killed in its middle');
});
