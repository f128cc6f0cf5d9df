import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { importFile } from '../../../src/viewer/files/import-file.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { EventStore, Row } from '../../../src/viewer/store/event-store.ts';
import { EventFile } from '../../../src/viewer/store/file/event-file.ts';
import { storeFiles } from '../../../src/viewer/store/file/store-files.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, spanLine } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { startViewer } from '../reconcile/start-viewer.ts';
import { linesOfEvents, numbered, postLines } from '../reconcile/uid-lines.ts';
import { killErasing } from './kill-erasing.ts';

const PERSON = 'person-7f3a9c';

/** Every tenth is of the person, whose id stands in words of the name, too. */
const EVENTS = Array.from({ length: 3_000 }, (_, number) => {
  const event = numbered(number);
  const isTheirs = number % 10 === 3;
  const user = isTheirs ? PERSON : `u${number % 10}`;
  return { ...event, attributes: { ...event.attributes, 'user.id': user, note: `seen by ${user}` } };
});

async function makeStore(base: string): Promise<string> {
  const file = path.join(base, 'events.jsonl');
  const directory = path.join(base, 'store');
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const span = spanLine(trace, 'b7ad6b7169203331', '', 'GET /', 5);
  const theirs = spanLine(trace, 'b7ad6b7169203332', '', 'GET /me', 5).replace(
    '"name":"GET /me"',
    `"attributes":[{"key":"user.id","value":{"stringValue":"${PERSON}"}}],"name":"GET /me"`,
  );
  // One without any time: it stands at that of its arrival.
  const timeless = line({ name: 'timeless' }).replace(/"timeUnixNano":"\d+",/, '');
  writeFileSync(file, `${linesOfEvents(EVENTS, 7)}${span}\n${theirs}\n${timeless}\n`);
  // Small blocks and files, so that there are several of each.
  const store = await openStore({ directory, blockRows: 256, fileRows: 1_000 });
  await importFile(store, file);
  await store.close();
  return directory;
}

async function rowsOf(store: EventStore): Promise<Row[]> {
  const rows: Row[] = [];
  const query = parseQuery('', Date.now());
  for (let cursor: string | undefined; ; ) {
    const page = await store.page(query, { limit: 1_000, order: 'oldest', cursor, withinMs: 60_000 });
    rows.push(...page.rows);
    if (page.next === undefined) return rows;
    cursor = page.next;
  }
}

async function contentOf(directory: string): Promise<readonly object[]> {
  const store = await openStore({ directory });
  const rows = await rowsOf(store);
  await store.close();
  return rows.map(({ id: _, ...row }) => row);
}

/** What a store has counted and been told, but for where a file ends, which is said of the last one too afterwards. */
function othersOf(directory: string, isBefore = false): readonly unknown[] {
  return storeFiles(directory).map((name) => {
    const file = EventFile.open(name, 'full');
    if (isBefore) {
      file.prepare('insert into emitted values(1, 2, 3)').run();
      file.prepare("insert into lost values(1, 2, 'queue_full', 3)").run();
    }
    const tables = ['meta', 'source', 'ledger', 'span_ledger', 'emitted', 'lost', 'logger', 'under_way'];
    const rows = tables.map((table) => file.prepare(`select * from ${table} order by 1, 2`).all());
    file.close();
    return rows.map((each) => each.filter(({ key }) => key !== 'next').map((row) => ({ ...row })));
  });
}

test('no byte of a store of the viewer has the id afterwards, and all other rows are as they were', async (t) => {
  const base = tempDir(t);
  const directory = await makeStore(base);
  const before = await contentOf(directory);
  const args = ['erase', '--user', PERSON, '--viewer', directory];
  const dry = await runCli(base)(...args, '--dry-run', '--json');
  const counts = { place: directory, kind: 'viewer', state: 'found', found: 301, erased: 0 };
  assert.deepEqual([dry.status, JSON.parse(dry.stdout)], [0, counts], dry.stderr);
  assert.deepEqual(await contentOf(directory), before);

  const hasId = (name: string): boolean => readFileSync(path.join(directory, name)).includes('7f3a9c');
  assert.ok(readdirSync(directory).some(hasId), 'its words have the id');
  const others = othersOf(directory, true);
  const { status, stdout, stderr } = await runCli(base)(...args, '--json');
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(othersOf(directory), others, 'what was counted stays counted');
  assert.deepEqual(JSON.parse(stdout), { ...counts, state: 'erased', erased: 301 });
  assert.deepEqual(readdirSync(directory).filter(hasId), []);
  const kept = before.filter((row) => !JSON.stringify(row).includes(PERSON));
  assert.equal(kept.length, 2_702);
  assert.deepEqual(await contentOf(directory), kept);

  const store = await openStore({ directory });
  t.after(() => store.close());
  const count = async (q: string): Promise<number> => (await store.count(parseQuery(q, Date.now()))).value;
  assert.deepEqual(
    [
      await count(`user:${PERSON}`),
      await count(`"${PERSON}"`),
      await count('user:u4'),
      await count('"by u4"'),
    ],
    [0, 0, 300, 300],
  );
  // It goes on: new rows are kept once, and those that were erased may come again.
  const more = path.join(base, 'more.jsonl');
  writeFileSync(more, linesOfEvents([...EVENTS.slice(0, 20), numbered(5_000)]));
  const { stored, repeated } = await importFile(store, more);
  assert.deepEqual({ stored, repeated }, { stored: 3, repeated: 18 });
  assert.equal(await count(''), 2_705);
});

test('a store on which a viewer runs is only counted, and said', async (t) => {
  const base = tempDir(t);
  const viewer = await startViewer(t, base);
  await postLines(`${viewer.otlp}/v1/logs`, linesOfEvents(EVENTS.slice(0, 20)));
  const { status, stdout } = await runCli(base)('erase', '--user', PERSON, '--viewer', viewer.directory);
  assert.equal(status, 1);
  assert.match(stdout, /a viewer runs on it: end it, and run this again/);
  assert.match(stdout, /0 of 2 records erased/);
  await viewer.stop();
  assert.equal((await runCli(base)('erase', '--user', PERSON, '--viewer', viewer.directory)).status, 0);
});

test('a file that is damaged is said, and the others are done', async (t) => {
  const base = tempDir(t);
  const directory = await makeStore(base);
  const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.db'));
  writeFileSync(path.join(directory, file), 'no database');
  const { status, stdout } = await runCli(base)('erase', '--user', PERSON, '--viewer', directory, '--json');
  const { found, erased, problem } = JSON.parse(stdout) as { found: number; erased: number; problem: string };
  assert.equal(status, 1);
  assert.match(problem, new RegExp(`^${file} cannot be read or written anew: file is not a database`));
  assert.ok(found > 0 && erased === found);
});

test('kill -9 at random moments loses no row of others, and the next run finishes', async (t) => {
  const base = tempDir(t);
  const directory = await makeStore(base);
  const made = path.join(base, 'made');
  cpSync(directory, made, { recursive: true });
  const kept = (await contentOf(made)).filter((row) => !JSON.stringify(row).includes(PERSON));
  let killed = 0;
  for (let round = 0; round < 5; round++) {
    rmSync(directory, { recursive: true });
    cpSync(made, directory, { recursive: true });
    const args = ['--user', PERSON, '--viewer', directory];
    const hasBegun = (): boolean => existsSync(path.join(directory, 'erasing'));
    if (await killErasing({ cache: base, args, hasBegun, afterMs: round * 60 })) killed++;
    const left = await contentOf(directory);
    const texts = new Set(left.map((row) => JSON.stringify(row)));
    for (const row of kept) assert.ok(texts.has(JSON.stringify(row)), `round ${round}: a row is lost`);
    assert.equal((await runCli(base)('erase', '--user', PERSON, '--viewer', directory)).status, 0);
    assert.deepEqual(await contentOf(directory), kept);
  }
  assert.ok(killed > 0, 'none was killed in its middle');
});
