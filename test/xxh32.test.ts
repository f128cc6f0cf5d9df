import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xxh32 } from '../src/xxh32.ts';

/** Bytes `(7 i + 3) mod 256`, by their number; from the reference implementation (xxHash 0.8, seed 0). */
const BY_LENGTH = {
  0: 0x02cc5d05,
  1: 0x21ae663a,
  3: 0xcd3d2242,
  4: 0x725479f2,
  15: 0x82d3c84d,
  16: 0x8845547d,
  17: 0x450e5f84,
  31: 0x1f73d3c7,
  32: 0xe988ccb7,
  63: 0x0bedc2f7,
  100: 0x73091a4d,
  436: 0xcaf31efe,
  1000: 0xc85a5152,
};

function hashOf(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return xxh32(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from, to).toString(16);
}

test('it is XXH32, at every length', () => {
  for (const [length, expected] of Object.entries(BY_LENGTH)) {
    const bytes = Uint8Array.from({ length: Number(length) }, (_, index) => (index * 7 + 3) % 256);
    assert.equal(hashOf(bytes), expected.toString(16), `${length} bytes`);
  }
  assert.equal(hashOf(new TextEncoder().encode('Nobody inspects the spammish repetition')), 'e2293b2f');
});

test('a stretch of a buffer has the hash of its bytes, wherever it lies', () => {
  const bytes = crypto.getRandomValues(new Uint8Array(300));
  for (let from = 0; from < 20; from++) {
    assert.equal(hashOf(bytes, from, 300 - from), hashOf(bytes.slice(from, 300 - from)), `from ${from}`);
  }
});
