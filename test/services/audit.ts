import assert from 'node:assert/strict';
import { type CollectorFile, readCollectorFile, type Written } from './collector-file.ts';

/** What is in a collector's file, and what is in it more than once. */
export interface Audit extends CollectorFile {
  /** Different records. */
  readonly records: number;
  /** Requests that are there again. */
  readonly repeated: number;
  /** The records in them. */
  readonly duplicates: number;
  /** Records of the largest request. */
  readonly largest: number;
}

/**
 * Counts what a collector has written, by `idOf`. A sender that was not answered sends the same batch again:
 * a request with some records that were there before and some that were not is an error.
 * @param onFirst - told of each record when it is there for the first time, in the order of writing
 */
export async function audit(
  dir: string,
  signal: 'logs' | 'traces',
  idOf: (record: Written) => unknown,
  onFirst: (record: Written) => void,
): Promise<Audit> {
  const ids = new Set<unknown>();
  let [repeated, duplicates, largest] = [0, 0, 0];
  const file = await readCollectorFile(dir, signal, (records) => {
    largest = Math.max(largest, records.length);
    let known = 0;
    for (const record of records) {
      const before = ids.size;
      if (ids.add(idOf(record)).size === before) known++;
      else onFirst(record);
    }
    assert.ok(known === 0 || known === records.length, 'a batch that comes again is the same');
    if (known > 0) repeated++;
    duplicates += known;
  });
  return { ...file, records: ids.size, repeated, duplicates, largest };
}
