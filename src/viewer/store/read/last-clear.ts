import type { Cleared } from '../event-store.ts';
import type { ReadStore } from './read-store.ts';

/** When somebody deleted all of a store last; nothing if nobody has. */
export function lastClear(store: ReadStore): { readonly cleared?: Cleared } {
  const { clearedMs = 0, clearedRows = 0, clearedBytes = 0 } = store.files.at(-1)?.counts ?? {};
  return clearedMs === 0 ? {} : { cleared: { atMs: clearedMs, rows: clearedRows, bytes: clearedBytes } };
}
