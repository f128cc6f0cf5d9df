import { readFileSync } from 'node:fs';
import path from 'node:path';

/** 120 KB of lines, the same each time: what the files in `test/fixtures/packed/` hold. */
export function sample(): Buffer {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  };
  const line = (n: number): string =>
    JSON.stringify({ n, name: `event.${next() % 7}`, text: 'x'.repeat(next() % 80), id: 'abcdef' });
  return Buffer.from(Array.from({ length: 1400 }, (_, n) => line(n)).join('\n'));
}

/** One that another implementation has packed. */
export function packedSample(name: string): Buffer {
  return readFileSync(path.join(import.meta.dirname, '..', 'fixtures', 'packed', name));
}
