import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { GrowingBuffer, gatherBytes } from '../src/gather-bytes.ts';

test('what comes in pieces is one, and no piece is kept', async () => {
  const grown: number[] = [];
  const buffer = new GrowingBuffer({ maxBytes: 100_000, onGrow: (bytes) => grown.push(bytes) });
  const pieces = Array.from({ length: 50_000 }, (_, index) => Buffer.of(index));
  assert.equal(await gatherBytes(Readable.from(pieces), buffer), true);
  assert.deepEqual(buffer.take(), Buffer.concat(pieces));
  assert.deepEqual(grown, [4096, 12_288, 49_152]);
  assert.equal(buffer.heldBytes, 65_536);
});

test('nothing is held beyond the bound, and the stream lives on', async () => {
  const source = new PassThrough();
  const buffer = new GrowingBuffer({ maxBytes: 5 });
  source.write('abc');
  const isWhole = gatherBytes(source, buffer);
  source.write('defg');
  assert.equal(await isWhole, false);
  assert.deepEqual([String(buffer.take()), source.destroyed], ['abcde', false]);
});

test('what the sender announces is not believed: memory is taken for what comes', () => {
  const buffer = new GrowingBuffer({ maxBytes: 1 << 30, expectedBytes: 1 << 29 });
  assert.equal(buffer.heldBytes, 0);
  buffer.add(Buffer.of(1));
  assert.equal(buffer.heldBytes, 65_536);
});

test('memory for an announced body is not more than it needs, nor less if it was announced too small', () => {
  const buffer = new GrowingBuffer({ maxBytes: 1 << 20, expectedBytes: 70_000 });
  buffer.add(Buffer.alloc(65_000));
  buffer.add(Buffer.alloc(5000));
  assert.equal(buffer.heldBytes, 70_000);
  buffer.add(Buffer.alloc(1));
  assert.equal(buffer.take().length, 70_001);
});

test('what refuses memory ends the gathering', async () => {
  const refusal = new Error('no more');
  const onGrow = (): never => {
    throw refusal;
  };
  const source = Readable.from([Buffer.of(1)]);
  await assert.rejects(gatherBytes(source, new GrowingBuffer({ maxBytes: 9, onGrow })), refusal);
});

test('a stream that breaks off rejects, also one that has', async () => {
  const source = new PassThrough();
  const gathered = gatherBytes(source, new GrowingBuffer({ maxBytes: 9 }));
  source.destroy(new Error('gone'));
  await assert.rejects(gathered, /gone/);
  await assert.rejects(gatherBytes(source, new GrowingBuffer({ maxBytes: 9 })), /gone/);
});

test('an error after the gathering reaches nobody', async () => {
  const source = new PassThrough();
  source.write('abc');
  assert.equal(await gatherBytes(source, new GrowingBuffer({ maxBytes: 1 })), false);
  source.destroy(new Error('late'));
  await new Promise((resolve) => source.once('close', resolve));
});

test('text of a stream with an encoding, and other iterables, are gathered too', async () => {
  const text = new PassThrough({ encoding: 'utf8' });
  text.end('grüße');
  const web = new Blob(['grüße']).stream();
  for (const source of [text, web]) {
    const buffer = new GrowingBuffer({ maxBytes: 99 });
    assert.equal(await gatherBytes(source, buffer), true);
    assert.equal(String(buffer.take()), 'grüße');
  }
});

test('the memory that a buffer has grown out of is free at once', () => {
  const buffer = new GrowingBuffer({ maxBytes: 100_000 });
  buffer.add(Buffer.from('begun'));
  const small = buffer.take().buffer as ArrayBuffer;
  const kept = new GrowingBuffer({ maxBytes: 100_000, expectedBytes: 5 });
  kept.add(Buffer.from('begun'));
  const outgrown = kept.take().buffer as ArrayBuffer;
  kept.add(Buffer.from(', and ended'));
  assert.deepEqual([small.detached, outgrown.detached], [false, true]);
  assert.equal(String(kept.take()), 'begun, and ended');
});
