import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Cursor, fieldAt } from '../../src/spool/cursor.ts';
import { Spool } from '../../src/spool/spool.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain, HEADER, segmentsIn } from './fields.ts';

const RESOURCE_2 = { resource: Buffer.from('another resource'), scope: Buffer.from('scope') };

test('what is appended is read back, in order, by the sinks chosen for it', (t) => {
  const spool = new Spool({ directory: tempDir(t) });
  t.after(() => spool.close());
  const both = spool.kind('logs', HEADER, 'both', ['a', 'b']);
  const one = spool.kind('logs', HEADER, 'one', ['b']);
  spool.append(both, Buffer.from('1'));
  spool.append(one, Buffer.from('2'));
  spool.append(both, Buffer.from('3'));
  assert.deepEqual(drain(spool.cursor('a')), ['1', '3']);
  assert.deepEqual(drain(spool.cursor('b')), ['1', '2', '3']);
});

test('a batch holds records of one header and one signal, with names, times and positions', (t) => {
  const spool = new Spool({ directory: tempDir(t), now: () => 1_700_000_000_123 });
  t.after(() => spool.close());
  const positions = [
    spool.append(spool.kind('logs', HEADER, 'x', ['a']), Buffer.from('one')),
    spool.append(spool.kind('logs', HEADER, 'y', ['a']), Buffer.from('two')),
    spool.append(spool.kind('traces', HEADER, 'x', ['a']), Buffer.from('span')),
    spool.append(spool.kind('traces', RESOURCE_2, 'x', ['a']), Buffer.from('other')),
  ];
  const cursor = spool.cursor('a');
  const first = cursor.read();
  assert.ok(first);
  assert.deepEqual(
    { ...first, bytes: Buffer.from(first.bytes).toString(), nameIds: undefined, header: undefined },
    {
      signal: 'logs',
      header: undefined,
      nameIds: undefined,
      bytes: 'onetwo',
      count: 2,
      ends: [3, 6],
      positions: first.positions,
      names: ['x', 'y'],
      timesMs: [1_700_000_000_123, 1_700_000_000_123],
      from: positions[0],
      to: first.positions[1],
    },
  );
  assert.equal(Buffer.from(fieldAt(first, 1)).toString(), 'two');
  assert.deepEqual(first.header, HEADER);
  const [second, third] = [cursor.read(), cursor.read()];
  assert.deepEqual([second?.signal, second?.count], ['traces', 1]);
  assert.deepEqual([third?.header, third?.count], [RESOURCE_2, 1]);
  assert.equal(cursor.read(), undefined);
  assert.equal(cursor.pending, 4);
});

test('a batch stays below its bytes; a larger record comes alone', (t) => {
  const spool = new Spool({ directory: tempDir(t), segmentBytes: 4096 });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const size of [400, 400, 400, 20_000, 10]) spool.append(kind, Buffer.alloc(size));
  const cursor = spool.cursor('a');
  const counts: number[] = [];
  for (let batch = cursor.read(1000); batch !== undefined; batch = cursor.read(1000))
    counts.push(batch.count);
  assert.deepEqual(counts, [2, 1, 1, 1]);
});

test('rewind gives what is not settled again; ack of a part keeps the rest', (t) => {
  const spool = new Spool({ directory: tempDir(t) });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3', '4']) spool.append(kind, Buffer.from(text));
  const cursor = spool.cursor('a');
  const batch = cursor.read(3);
  cursor.read();
  cursor.ack(batch?.positions[0] ?? 0);
  cursor.rewind();
  assert.deepEqual(texts(cursor), ['23', '4']);
  assert.deepEqual(cursor.pendingByName(), new Map([['x', 3]]));
});

test('batches may be settled out of order; the cursor stays before the first that is not', (t) => {
  const spool = new Spool({ directory: tempDir(t) });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3']) spool.append(kind, Buffer.from(text));
  const cursor = spool.cursor('a');
  const [first, second] = [cursor.read(1), cursor.read(1)];
  assert.ok(first && second);
  cursor.ack(second.to, second.from);
  assert.deepEqual([cursor.position, cursor.pending], [first.from, 2]);
  cursor.ack(first.to, first.from);
  assert.deepEqual([cursor.position, cursor.pending], [second.to, 1]);
});

test('segments roll at their size, and go when all cursors have passed them', async (t) => {
  const directory = tempDir(t);
  const spool = new Spool({ directory, segmentBytes: 4096, tailBytes: 8192 });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a', 'b']);
  for (let index = 0; index < 1000; index++) spool.append(kind, Buffer.from(`event ${index}`));
  await spool.durable();
  assert.ok(segmentsIn(spool).length > 10, `${segmentsIn(spool).length} segments`);
  const expected = Array.from({ length: 1000 }, (_, index) => `event ${index}`);
  assert.deepEqual(drain(spool.cursor('a'), 700), expected);
  assert.ok(segmentsIn(spool).length > 10);
  assert.deepEqual(drain(spool.cursor('b'), 700), expected);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(segmentsIn(spool).length, 1);
});

test('directories are 0700, files 0600', async (t) => {
  const directory = path.join(tempDir(t), 'deep', 'spool');
  const spool = new Spool({ directory });
  t.after(() => spool.close());
  spool.append(spool.kind('logs', HEADER, 'x', ['a']), Buffer.from('1'));
  await spool.durable();
  const own = spool.directory ?? '';
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(statSync(own).mode & 0o777, 0o700);
  for (const file of readdirSync(own)) assert.equal(statSync(path.join(own, file)).mode & 0o777, 0o600, file);
});

test('a turn is one write, at its end; durable() does not wait for it', async (t) => {
  const spool = new Spool({ directory: tempDir(t) });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let index = 0; index < 10; index++) spool.append(kind, Buffer.alloc(100));
  assert.deepEqual(segmentsIn(spool), []);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const [file = ''] = segmentsIn(spool);
  const size = statSync(file).size;
  assert.ok(size > 1000);
  spool.append(kind, Buffer.alloc(100));
  await spool.durable();
  assert.equal(statSync(file).size, size + 136);
});

test('at level disk durable() resolves after the sync', async (t) => {
  const spool = new Spool({ directory: tempDir(t), level: 'disk', segmentBytes: 4096 });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 50; index++) spool.append(kind, Buffer.from(`${round}.${index}`));
    await spool.durable();
  }
  assert.equal(drain(spool.cursor('a')).length, 1000);
});

test('level memory has the same interface and no files', async (t) => {
  const spool = new Spool({});
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  const expected = Array.from({ length: 5000 }, (_, index) => `${index}`.padEnd(1000));
  for (const text of expected) spool.append(kind, Buffer.from(text));
  await spool.durable();
  assert.equal(spool.directory, undefined);
  assert.deepEqual(drain(spool.cursor('a')), expected);
});

function texts(cursor: Cursor): string[] {
  const found: string[] = [];
  for (let batch = cursor.read(); batch !== undefined; batch = cursor.read()) {
    found.push(Buffer.from(batch.bytes).toString());
  }
  return found;
}
