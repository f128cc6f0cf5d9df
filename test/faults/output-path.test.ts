// One event whose `outputPath` cannot be written, or not now, and others that can be.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { directoryExporter } from '../../src/exporters/directory.ts';
import { EventLogger } from '../../src/index.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { runNode } from '../harness/run-node.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;

function watched(t: TestContext) {
  const errors: string[] = [];
  const onError = ({ message }: Error): number => errors.push(message);
  const events = new EventLogger({ delivery: 'none', logLevel: 'none', onError });
  t.after(() => events.close({ timeoutMs: 0 }));
  return { events, errors };
}

const savedIn = (directory: string): { n: number } =>
  (JSON.parse(readFileSync(path.join(directory, 'results.json'), 'utf8')) as { data: { n: number } }).data;

const BAD: Readonly<Record<string, (dir: string) => string>> = {
  'below a file': (dir) => {
    writeFileSync(path.join(dir, 'file'), '');
    return path.join(dir, 'file', 'below');
  },
  'with a directory as results.json': (dir) => {
    mkdirSync(path.join(dir, 'taken', 'results.json', 'x'), { recursive: true });
    return path.join(dir, 'taken');
  },
  'with a name that is too long': (dir) => path.join(dir, 'x'.repeat(300)),
  'with a zero byte': (dir) => path.join(dir, 'a\0b'),
  'where nothing can be made': () => '/proc/otel-events/here',
};

for (const [kind, make] of Object.entries(BAD)) {
  test(`an outputPath ${kind}: its event is rejected with the reason, the five after it are written`, async (t) => {
    const dir = tempDir(t);
    const { events, errors } = watched(t);
    events.log('bad', {}, { outputPath: make(dir) });
    for (let n = 0; n < 5; n++) events.log('good', { n }, { outputPath: path.join(dir, `good${n}`) });
    assert.deepEqual(await events.flush({ timeoutMs: 5_000 }), {
      acked: 5,
      pending: 0,
      rejected: 1,
      dropped: 0,
    });
    for (let n = 0; n < 5; n++) assert.equal(savedIn(path.join(dir, `good${n}`)).n, n);
    const { rejected = {} } = events.stats().events.bad ?? {};
    assert.deepEqual(Object.values(rejected), [1]);
    assert.match(Object.keys(rejected)[0] ?? '', /^(e[a-z]+|err_invalid_arg_value)$/);
    assert.equal(errors.length, 1);
    assertBalanced(events.stats());
  });
}

test('a hundred bad paths in a row are reported once', async (t) => {
  const { events, errors } = watched(t);
  for (let n = 0; n < 100; n++) events.log('bad', {}, { outputPath: `/proc/otel-events/${n}` });
  assert.equal((await events.flush({ timeoutMs: 5_000 })).rejected, 100);
  assert.equal(errors.length, 1);
});

test('a full disk holds up its own events only, is reported once, and each directory ends with its last event', async (t) => {
  const disk = smallDisk(t, '64k');
  if (disk === undefined) return;
  const [dir, filler] = [tempDir(t), path.join(disk, 'filler')];
  const { events, errors } = watched(t);
  mkdirSync(path.join(disk, 'a'));
  mkdirSync(path.join(disk, 'b'));
  assert.throws(() => writeFileSync(filler, Buffer.alloc(128 * 1024)), { code: 'ENOSPC' });
  for (const [n, place] of ['a', 'b', 'a'].entries())
    events.log('full', { n }, { outputPath: path.join(disk, place) });
  for (let n = 0; n < 5; n++) events.log('good', { n }, { outputPath: path.join(dir, `good${n}`) });
  const first = await events.flush({ timeoutMs: 2_000 });
  assert.deepEqual(first, { acked: 5, pending: 3, rejected: 0, dropped: 0 });
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /ENOSPC/);
  rmSync(filler);
  assert.deepEqual(await events.flush({ timeoutMs: 5_000 }), {
    acked: 8,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  assert.deepEqual([savedIn(path.join(disk, 'a')).n, savedIn(path.join(disk, 'b')).n], [2, 1]);
  assertBalanced(events.stats());
});

test('what still waits for room at the end is dropped, counted and said', async (t) => {
  const disk = smallDisk(t, '64k');
  if (disk === undefined) return;
  const { events, errors } = watched(t);
  mkdirSync(path.join(disk, 'a'));
  assert.throws(() => writeFileSync(path.join(disk, 'filler'), Buffer.alloc(128 * 1024)), { code: 'ENOSPC' });
  for (let n = 0; n < 3; n++) events.log('full', { n }, { outputPath: path.join(disk, 'a') });
  assert.deepEqual(await events.close({ timeoutMs: 300 }), {
    acked: 0,
    pending: 0,
    rejected: 0,
    dropped: 3,
  });
  assert.deepEqual(events.stats().total.dropped, { closed: 3 });
  assert.match(errors.at(-1) ?? '', /outputPath: 3 not delivered before close, dropped/);
  assertBalanced(events.stats());
});

test('a relative outputPath means the directory in which log() was called', async (t) => {
  const [before, dir] = [process.cwd(), tempDir(t)];
  t.after(() => process.chdir(before));
  const { events } = watched(t);
  process.chdir(dir);
  events.log('x', { n: 1 }, { outputPath: 'out' });
  process.chdir(before);
  await events.flush();
  assert.equal(savedIn(path.join(dir, 'out')).n, 1);
});

test('a file, and a directory of files, below a path that cannot be made: an error, and the process ends', async () => {
  const code = `
    import { directoryExporter } from '${src}/exporters/directory.ts';
    import { fileExporter } from '${src}/exporters/file.ts';
    const record = { eventName: 'x', attributes: {}, observedTimeUnixNano: 1n };
    const { signal } = new AbortController();
    for (const exporter of [
      fileExporter({ path: '/proc/otel-events/a.jsonl', format: () => ({}) }),
      directoryExporter({ directory: '/proc/otel-events', format: () => ({}) }),
    ]) {
      await exporter.send([record], signal).catch((error) => console.log(error.cause?.code ?? error.code));
    }
  `;
  const { code: status, stdout, stderr } = await runNode(code);
  assert.deepEqual([status, stdout], [0, 'ENOENT\nENOENT\n'], stderr);
});

test('ids that are paths, too long or missing keep to their directory, and hold up nobody', async (t) => {
  const dir = path.join(tempDir(t), 'events');
  const exporter = directoryExporter({ directory: dir, format: ({ body }) => ({ body }) });
  const ids = ['../../escaped', 'x'.repeat(500), undefined, '/etc/passwd', 'a'.repeat(36)];
  const batch = ids.map((id, n) => ({
    body: n,
    observedTimeUnixNano: BigInt(n),
    attributes: { 'log.record.uid': id },
  }));
  mkdirSync(path.join(dir, `${'0'.repeat(19)}-${'0'.repeat(36)}.json`), { recursive: true });
  const { signal } = new AbortController();
  for (let times = 0; times < 2; times++) await exporter.send(batch as never, signal);
  const names = readdirSync(dir);
  // The one without an id cannot be known again.
  assert.deepEqual(
    [names.length, names.every((name) => /^\d{19}-[0-9a-f-]{36}\.json$/.test(name))],
    [7, true],
  );
  const small = directoryExporter({ directory: dir, limit: 2, format: ({ body }) => ({ body }) });
  await small.send(batch as never, signal);
});
