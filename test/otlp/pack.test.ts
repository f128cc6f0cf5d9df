import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Compression, pack } from '../../src/otlp/http/pack.ts';

const UNPACK = { gzip: gunzipSync, zlib: inflateSync, deflate: inflateSync, zstd: zstdDecompressSync };

const random = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => Math.imul(index + seed, 2_654_435_761) >>> 24));

for (const compression of Object.keys(UNPACK) as Compression[]) {
  test(`${compression}: bodies are packed one after the other, and more at once than are kept ready`, async () => {
    const bodies = [
      [],
      [Buffer.alloc(0)],
      [Buffer.from('a'), Buffer.from('bc')],
      [Buffer.from('the same words '.repeat(20_000))],
      // Larger when packed than one piece of output.
      [random(300_000, 1), random(10, 2)],
      ...Array.from({ length: 12 }, (_, index) => [random(1_000 * index, index)]),
    ];
    const check = async (body: readonly Uint8Array[]): Promise<void> => {
      const packed = Buffer.concat(await pack(body, compression));
      assert.deepEqual(UNPACK[compression](packed), Buffer.concat(body));
    };
    for (const body of bodies) await check(body);
    await Promise.all([...bodies, ...bodies].map(check));
    for (const body of bodies) await check(body);
  });
}
