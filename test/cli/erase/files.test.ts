import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { linesOfEvents, numbered } from '../reconcile/uid-lines.ts';
import { jsonLines } from '../spool-samples.ts';
import { killErasing } from './kill-erasing.ts';

/** Users u0 to u9, ten events each. */
const EVENTS = Array.from({ length: 100 }, (_, number) => {
  const event = numbered(number);
  return {
    ...event,
    attributes: { ...event.attributes, 'user.id': `u${number % 10}`, 'session.id': `s${number % 20}` },
  };
});

const OTHERS = EVENTS.filter((_, number) => number % 10 !== 3);

test('a user goes out of plain and packed files, and all else stays as it was', async (t) => {
  const base = tempDir(t);
  const plain = path.join(base, 'events.jsonl');
  const [gzip, zstd] = [path.join(base, 'events-1.jsonl.gz'), path.join(base, 'events-2.jsonl.zst')];
  const own = linesOfEvents(EVENTS, 5);
  writeFileSync(plain, own);
  writeFileSync(gzip, gzipSync(own));
  writeFileSync(zstd, zstdCompressSync(own));
  chmodSync(gzip, 0o640);
  const time = new Date('2026-11-01T00:00:00Z');
  utimesSync(gzip, time, time);
  const args = ['erase', '--user', 'u3', '--files', path.join(base, 'events*')];

  const dry = await runCli(base)(...args, '--dry-run');
  assert.deepEqual(
    [dry.status, dry.stdout.trim().split('\n').at(-1)],
    [0, '30 records found; nothing was changed.'],
  );
  assert.equal(readFileSync(plain, 'utf8'), own);

  const { status, stdout, stderr } = await runCli(base)(...args, '--json');
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(
    jsonLines(stdout),
    [gzip, zstd, plain].map((place) => ({ place, kind: 'file', state: 'erased', found: 10, erased: 10 })),
  );
  const texts = [
    readFileSync(plain),
    gunzipSync(readFileSync(gzip)),
    zstdDecompressSync(readFileSync(zstd)),
  ].map(String);
  for (const text of texts) {
    const left = text.trim().split('\n').flatMap(uidsIn);
    assert.deepEqual(left, linesOfEvents(OTHERS, 1).trim().split('\n').flatMap(uidsIn));
    assert.ok(!text.includes('"u3"'));
    // Five events a line: that with number 0 to 4 has one of the user, the next one has none.
    assert.equal(text.split('\n')[1], own.split('\n')[1]);
  }
  const { mode, mtime } = statSync(gzip);
  assert.deepEqual([mode & 0o777, mtime], [0o640, time]);
  const again = await runCli(base)(...args);
  assert.deepEqual([again.status, again.stdout.trim().split('\n').at(-1)], [0, 'Nothing of it was found.']);
});

function uidsIn(text: string): string[] {
  return [...text.matchAll(/019a0000-0000-7000-8000-\d{12}/g)].map(([uid]) => uid);
}

test('an id is found wherever an event holds it, and nowhere else', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  const theirs = [
    { 'user.id': 'ada' },
    { 'enduser.id': 'ada' },
    { 'data.user.id': 'ada' },
    { 'event.context': { user_id: 'ada' } },
    { 'event.session': { user: { id: 'ada' } } },
    { deep: { er: { userId: 'ada' } } },
    // As `redact` with the key hashes it.
    { 'user.id': createHmac('sha256', 'key').update('ada').digest('hex').slice(0, 32) },
  ];
  const others = [
    { 'user.id': 'adam' },
    { text: 'ada' },
    { 'user.name': 'ada' },
    { 'session.id': 'ada' },
    { 'superuser.id': 'ada' },
  ];
  const lines = [...theirs, ...others].map((attributes) => line({ name: 'one', attributes }));
  // Escaped, as other writers may, and in a resource and a span.
  lines.push(line({ name: 'escaped', attributes: { 'user.id': 'ada' } }).replace('"ada"', '"\\u0061da"'));
  lines.push(
    line({ name: 'resource' }).replace(
      '"shop"}}',
      '"shop"}},{"key":"user.id","value":{"stringValue":"ada"}}',
    ),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const key = path.join(base, 'key');
  writeFileSync(key, 'key\n');
  const { status, stderr } = await runCli(base)('erase', '--user', 'ada', file, '--hash-key', `@${key}`);
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(
    readFileSync(file, 'utf8'),
    `${others.map((attributes) => line({ name: 'one', attributes })).join('\n')}\n`,
  );
});

test('a session goes, with what names it as the one before; numbers are ids too', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  const lines = [
    { 'session.id': 's1' },
    { 'session.previous_id': 's1', 'session.id': 's2' },
    { 'user.id': 42 },
    { 'user.id': 43 },
    { 'session.id': 's3' },
  ];
  writeFileSync(file, lines.map((attributes) => `${line({ name: 'one', attributes })}\n`).join(''));
  const { status } = await runCli(base)('erase', '--session', 's1', '--user', '42', file);
  assert.equal(status, 0);
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 2);
});

test('half lines with the id go, what is behind them stays, and what is no OTLP is said', async (t) => {
  const base = tempDir(t);
  const [half, foreign, broken] = ['half', 'foreign', 'broken'].map((name) =>
    path.join(base, `${name}.jsonl`),
  ) as [string, string, string];
  const whole = line({ name: 'whole', attributes: { 'user.id': 'bob' } });
  const theirs = line({ name: 'theirs', attributes: { 'user.id': 'ada' } });
  writeFileSync(half, `${theirs.slice(0, -5)}${whole}\n${theirs.slice(0, -3)}`);
  writeFileSync(foreign, '{"time":1,"userId":"ada"}\n');
  const packed = gzipSync(`${theirs}\n${whole}\n${whole.repeat(50)}`);
  writeFileSync(broken, packed.subarray(0, -20));
  const { status, stdout } = await runCli(base)('erase', '--user', 'ada', half, foreign, '--json');
  assert.equal(status, 1);
  assert.deepEqual(
    jsonLines(stdout).map(({ state, found, problem }) => ({ state, found, problem })),
    [
      { state: 'erased', found: 2, problem: undefined },
      {
        state: 'not reached',
        found: 0,
        problem:
          'an id in 1 line of no OTLP/JSON (first: line 1): look at it, or drop it with --drop-unreadable',
      },
    ],
  );
  assert.ok(!readFileSync(half, 'utf8').includes('ada'));
  assert.ok(readFileSync(half, 'utf8').includes('"bob"'));
  assert.equal(readFileSync(foreign, 'utf8'), '{"time":1,"userId":"ada"}\n');
  // What breaks off stays, and is written anew as far as it can be read if that is asked for.
  const cut = await runCli(base)('erase', '--user', 'ada', broken);
  assert.deepEqual([cut.status, /it breaks off/.test(cut.stdout)], [1, true]);
  assert.equal(readFileSync(broken).length, packed.length - 20);
  const dropped = await runCli(base)('erase', '--user', 'ada', broken, '--drop-unreadable');
  assert.equal(dropped.status, 0);
  assert.match(
    dropped.stdout,
    /^could not be read, was dropped: .*broken\.jsonl\n {2}it breaks off in line 3$/m,
  );
  const text = String(gunzipSync(readFileSync(broken)));
  assert.deepEqual([text.includes('ada'), text.includes('"bob"')], [false, true]);
});

test('half lines with an id that JSON writes in another way go too', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  const ids = ['CORP\\alice', 'a "b" <c>', 'Zoë/👩'];
  for (const id of ids) {
    const half = line({ name: 'theirs', attributes: { 'user.id': id, padding: 'x' } }).slice(0, -20);
    const ascii = half.replace(
      /[<\u0080-\uffff]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const text of [half, ascii]) {
      writeFileSync(file, text);
      const { status, stdout } = await runCli(base)('erase', '--user', id, file, '--json');
      assert.deepEqual([status, jsonLines(stdout)[0]?.erased], [0, 1], id);
      assert.equal(readFileSync(file, 'utf8'), '');
    }
  }
});

test('a file of messages is no clean one: it cannot be reached', async (t) => {
  const base = tempDir(t);
  const request = OtlpRequest.read(
    'logs',
    'json',
    Buffer.from(line({ name: 'one', attributes: { 'user.id': 'ada' } })),
  );
  const bodies = [request.protobuf(), zstdCompressSync(request.protobuf()), zstdCompressSync(request.json())];
  for (const [at, body] of bodies.entries()) {
    const file = path.join(base, `events-${at}.proto`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    writeFileSync(file, Buffer.concat([length, body]));
    const { status, stdout } = await runCli(base)('erase', '--user', 'ada', file, '--json');
    assert.equal(status, 1);
    assert.match(
      stdout,
      /"state":"not reached".*holds messages, as written with format: proto or compression/,
    );
  }
});

test('a file that somebody writes is left, and said', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const before = readFileSync(file);
  const handle = openSync(file, 'a');
  const { status, stdout } = await runCli(base)('erase', '--user', 'u3', file);
  closeSync(handle);
  assert.equal(status, 1);
  assert.match(stdout, new RegExp(`process ${process.pid} writes it`));
  assert.deepEqual(readFileSync(file), before);
  assert.equal((await runCli(base)('erase', '--user', 'u3', file)).status, 0);
});

test('kill -9 at random moments loses nothing of others, and the next run finishes', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl.gz');
  const many = Array.from({ length: 20_000 }, (_, number) => ({
    ...numbered(number),
    attributes: { ...numbered(number).attributes, 'user.id': `u${number % 10}` },
  }));
  const packed = gzipSync(linesOfEvents(many, 100));
  const all = new Set(many.filter((_, number) => number % 10 !== 3).flatMap((event) => uidsIn(line(event))));
  let killed = 0;
  for (let round = 0; round < 6; round++) {
    writeFileSync(file, packed);
    const hasBegun = (): boolean => existsSync(`${file}.erasing`);
    const args = ['--user', 'u3', file];
    if (await killErasing({ cache: base, args, hasBegun, afterMs: round * 20 })) killed++;
    const left = new Set(uidsIn(String(gunzipSync(readFileSync(file)))));
    for (const uid of all) assert.ok(left.has(uid), `round ${round}: ${uid} is lost`);
    assert.equal((await runCli(base)('erase', '--user', 'u3', '--files', `${base}/events*`)).status, 0);
    const text = String(gunzipSync(readFileSync(file)));
    assert.deepEqual([uidsIn(text).length, text.includes('"u3"')], [all.size, false]);
    assert.deepEqual(
      readdirSync(base).filter((name) => name.endsWith('.erasing')),
      [],
    );
  }
  assert.ok(killed > 0, 'none was killed in its middle');
});

test('what is wrong is said before anything is changed', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const before = readFileSync(file);
  const said = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await runCli(base)('erase', ...args);
    return `${status} ${stderr.trim().replace('otel-events erase: ', '')}`;
  };
  assert.match(await said(file), /^1 OPTION_INVALID: whose: --user or --session/);
  assert.match(await said('--user', 'u3'), /^1 OPTION_INVALID: where: /);
  assert.match(await said('--user', '', file), /^1 OPTION_INVALID: .* an id is empty/);
  assert.match(await said('--user', 'u3', file, '/not/there'), /^2 ENOENT: cannot read \/not\/there/);
  assert.match(
    await said('--user', 'u3', file, '--spool', '/not/there'),
    /^2 ENOENT: cannot read \/not\/there/,
  );
  assert.match(
    await said('--user', 'u3', file, '--store', 'loki=http://x'),
    /^1 OPTION_INVALID: --store: wanted victorialogs=URL/,
  );
  assert.match(
    await said('--user', 'u3', file, '--hash-key', 'secret'),
    /^1 OPTION_INVALID: --hash-key: wanted @FILE/,
  );
  assert.deepEqual(readFileSync(file), before);
});
