import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Cursor, fieldAt } from '../../src/spool/log/cursor.ts';
import { Spool } from '../../src/spool/spool.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain, HEADER, inWords, segmentsIn } from './fields.ts';
import { until } from './sending.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const RESOURCE_2 = { resource: Buffer.from('another resource'), scope: Buffer.from('scope') };

test('what is appended is read back, in order, by the sinks chosen for it', (t) => {
  const spool = new Spool({ spool: tempDir(t) });
  t.after(() => spool.close());
  const both = spool.kind('logs', HEADER, 'both', ['a', 'b']);
  const one = spool.kind('logs', HEADER, 'one', ['b']);
  spool.append(both, Buffer.from('1'));
  spool.append(one, Buffer.from('2'));
  spool.append(both, Buffer.from('3'));
  assert.deepEqual(drain(spool.cursor('a')), ['1', '3']);
  assert.deepEqual(drain(spool.cursor('b')), ['1', '2', '3']);
});

test('a record that is read alone takes no memory for those that wait behind it', (t) => {
  const spool = new Spool();
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let index = 0; index < 10; index++) spool.append(kind, Buffer.alloc(1_000));
  const [alone, ofMany] = [spool.cursor('a').read(10_000, 1), spool.cursor('a').read(10_000, 2)];
  assert.deepEqual([alone?.count, alone?.bytes.buffer.byteLength], [1, 1_000]);
  assert.deepEqual([ofMany?.count, ofMany?.bytes.length], [2, 2_000]);
});

test('a batch holds records of one header and one signal, with names, times and positions', (t) => {
  const spool = new Spool({ spool: tempDir(t), now: () => 1_700_000_000_123 });
  t.after(() => spool.close());
  const ends = [
    spool.kind('logs', HEADER, 'x', ['a']),
    spool.kind('logs', HEADER, 'y', ['a']),
    spool.kind('traces', HEADER, 'x', ['a']),
    spool.kind('traces', RESOURCE_2, 'x', ['a']),
  ].map((kind, index) => {
    assert.equal(spool.append(kind, Buffer.from(['one', 'two', 'span', 'other'][index] ?? '')), kind.mask);
    return spool.end;
  });
  const cursor = spool.cursor('a');
  const first = cursor.read();
  assert.ok(first);
  const { signal, bytes, count, ends: ends1, positions, names, timesMs, from, to } = first;
  assert.deepEqual(
    { signal, bytes: Buffer.from(bytes).toString(), count, ends: ends1, positions, names, timesMs, from, to },
    {
      signal: 'logs',
      bytes: 'onetwo',
      count: 2,
      ends: [3, 6],
      positions: ends.slice(0, 2),
      names: ['x', 'y'],
      timesMs: [1_700_000_000_123, 1_700_000_000_123],
      from: (ends[0] ?? 0) - 39,
      to: ends[1],
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
  const spool = new Spool({ spool: tempDir(t), segmentBytes: 4096 });
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
  const spool = new Spool({ spool: tempDir(t) });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3', '4']) spool.append(kind, Buffer.from(text));
  const cursor = spool.cursor('a');
  const batch = cursor.read(3);
  cursor.read();
  cursor.ack(batch?.positions[0] ?? 0);
  cursor.rewind();
  assert.deepEqual(texts(cursor), ['23', '4']);
  assert.equal(cursor.pending, 3);
});

test('batches may be settled out of order; the cursor stays before the first that is not', (t) => {
  const spool = new Spool({ spool: tempDir(t) });
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
  const spool = new Spool({ spool: directory, segmentBytes: 4096, tailBytes: 8192 });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a', 'b']);
  for (let index = 0; index < 1000; index++) spool.append(kind, Buffer.from(`event ${index}`));
  await spool.durable();
  assert.ok(segmentsIn(spool).length > 10, `${segmentsIn(spool).length} segments`);
  const expected = Array.from({ length: 1000 }, (_, index) => `event ${index}`);
  assert.deepEqual(drain(spool.cursor('a'), 700), expected);
  assert.ok(segmentsIn(spool).length > 10);
  assert.deepEqual(drain(spool.cursor('b'), 700), expected);
  await until(() => segmentsIn(spool).length === 1);
});

test('directories are 0700, files 0600', async (t) => {
  const directory = path.join(tempDir(t), 'deep', 'spool');
  const spool = new Spool({ spool: directory });
  t.after(() => spool.close());
  spool.append(spool.kind('logs', HEADER, 'x', ['a']), Buffer.from('1'));
  await spool.durable();
  const own = spool.directory ?? '';
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(statSync(own).mode & 0o777, 0o700);
  for (const file of readdirSync(own)) assert.equal(statSync(path.join(own, file)).mode & 0o777, 0o600, file);
});

test('a turn is one write, at its end; durable() does not wait for it', async (t) => {
  const spool = new Spool({ spool: tempDir(t) });
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
  const spool = new Spool({ spool: tempDir(t), durability: 'disk', segmentBytes: 4096 });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 50; index++) spool.append(kind, Buffer.from(`${round}.${index}`));
    await spool.durable();
  }
  assert.equal(drain(spool.cursor('a')).length, 1000);
});

for (const level of ['memory', 'os', 'disk'] as const) {
  test(`onTurn comes once after each turn with appends, at level ${level}; what came in is written by then`, async (t) => {
    const sizes: number[] = [];
    const spool: Spool = new Spool({
      durability: level,
      spool: tempDir(t),
      onTurn: () => sizes.push(level === 'memory' ? 0 : segmentsIn(spool).length),
    });
    t.after(() => spool.close());
    const kind = spool.kind('logs', HEADER, 'x', ['a']);
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 10; index++) spool.append(kind, Buffer.alloc(100));
      assert.equal(sizes.length, round);
      await turn();
    }
    await turn();
    const files = level === 'memory' ? 0 : 1;
    assert.deepEqual(sizes, [files, files]);
  });
}

test('onTurn comes in the middle of a turn that fills a block, and also when writing fails', async (t) => {
  const file = path.join(tempDir(t), 'file');
  writeFileSync(file, '');
  for (const directory of [tempDir(t), path.join(file, 'none')]) {
    let turns = 0;
    const spool = new Spool({ spool: directory, onTurn: () => turns++ });
    const kind = spool.kind('logs', HEADER, 'x', ['a']);
    const megabyte = Buffer.alloc(1024 * 1024);
    for (let index = 0; index < 3; index++) spool.append(kind, megabyte);
    assert.equal(turns, 2);
    await turn();
    assert.equal(turns, 3);
    spool.close();
    await turn();
    assert.equal(turns, 3);
  }
});

test('a sender that reads, settles and appends when it is woken within an append does no harm', async (t) => {
  let more = 3;
  const found: string[] = [];
  const spool: Spool = new Spool({
    spool: tempDir(t),
    segmentBytes: 4096,
    onTurn: () => {
      found.push(...drain(spool.cursor('a')).map((text) => text.trim()));
      if (more-- > 0) spool.append(spool.kind('logs', HEADER, `late ${more}`, ['a']), Buffer.from('late'));
    },
  });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  const texts = Array.from({ length: 20 }, (_, index) => `event ${index}`);
  for (const text of texts) spool.append(kind, Buffer.from(text.padEnd(1000)));
  await turn();
  found.push(...drain(spool.cursor('a')));
  assert.deepEqual(
    found.filter((text) => text !== 'late'),
    texts,
  );
  assert.equal(found.length, 23);
});

test('listeners that throw do no harm', async (t) => {
  let calls = 0;
  const fail = (): never => {
    calls++;
    throw new Error('a listener');
  };
  const directory = tempDir(t);
  for (let round = 0; round < 2; round++) {
    const spool = new Spool({
      spool: directory,
      maxBytes: 5_000,
      onSettled: fail,
      onTurn: fail,
      onError: fail,
      onFound: fail,
    });
    const [leftover] = await spool.adoptLeftovers();
    if (round === 1) assert.equal(drain(leftover?.cursor('a') ?? assert.fail()).length, 1);
    const kind = spool.kind('logs', HEADER, 'x', ['a']);
    for (let index = 0; index < 20; index++) assert.equal(spool.append(kind, Buffer.alloc(500)), kind.mask);
    await turn();
    await spool.durable();
    assert.ok(drain(spool.cursor('a')).length > 5);
    spool.append(kind, Buffer.from('left'));
    spool.close();
  }
  assert.ok(calls > 6, `${calls}`);
});

test('what was given back before close() is dropped with the rest if only memory has it', (t) => {
  const settled: string[] = [];
  const spool = new Spool({ onSettled: (_source, settlement) => settled.push(inWords(settlement)) });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3', '4']) spool.append(kind, Buffer.from(text));
  const cursor = spool.cursor('a');
  const [first, second] = [cursor.read(1), cursor.read(1)];
  assert.equal(cursor.pendingBytes, 4);
  cursor.rewind(first);
  spool.close();
  assert.deepEqual([settled, cursor.pending], [['a dropped(closed) 1', 'a dropped(closed) 2'], 1]);
  cursor.ack(second?.to ?? 0);
  assert.deepEqual([settled[2], cursor.pending, cursor.pendingBytes], ['a acked 1', 0, 0]);
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
