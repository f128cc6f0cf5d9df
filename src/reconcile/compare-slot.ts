import { type FileCount, type FileSlot, MINUTE_MS } from './key-buckets.ts';
import type { StoreReader } from './store-reader.ts';

/** What a store has of what files have of one name in one minute. */
export interface Compared {
  readonly name: string;
  readonly minuteMs: number;
  /** Different ids. */
  readonly files: number;
  readonly store: number;
  /** Records beyond the first with the same id. */
  readonly repeatedInFiles: number;
  readonly repeatedInStore: number;
  /** Records without an id. */
  readonly bareInFiles: number;
  /** Undefined: the store cannot tell. */
  readonly bareInStore: number | undefined;
  /** Ids that the files have and the store has not. */
  readonly missing: readonly string[];
}

/** Compares ten minutes of files with a store, by id. @throws OtelEventsError `STORE_FAILED` */
export async function compareSlot({ counts }: FileSlot, store: StoreReader): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const minute of byMinute(counts)) compared.push(...(await compareMinute(minute, store)));
  return compared;
}

function byMinute(counts: readonly FileCount[]): readonly (readonly FileCount[])[] {
  const minutes = Map.groupBy(counts, ({ minuteMs }) => minuteMs);
  return [...minutes.values()].sort(([one], [other]) => (one?.minuteMs ?? 0) - (other?.minuteMs ?? 0));
}

/** By the ids of all rows of a minute. A name may be shortened in the store: the id is what counts. */
async function compareMinute(minute: readonly FileCount[], store: StoreReader): Promise<Compared[]> {
  const fromMs = minute[0]?.minuteMs ?? 0;
  const missing = minute.map(({ uids }) => new Set(uids));
  const stored = minute.map(() => ({ rows: 0, bare: 0 }));
  for await (const { uid, name } of store.rows(fromMs, fromMs + MINUTE_MS)) {
    const at = minute.findIndex((count) => (uid === '' ? count.name === name : count.uids.has(uid)));
    const counts = stored[at];
    if (counts === undefined) continue;
    if (uid === '') counts.bare++;
    else {
      counts.rows++;
      missing[at]?.delete(uid);
    }
  }
  return minute.map(({ name, minuteMs, uids, rows, bare }, at) => {
    const left = missing[at] as Set<string>;
    const there = uids.size - left.size;
    return {
      name,
      minuteMs,
      files: uids.size,
      store: there,
      repeatedInFiles: rows - uids.size,
      repeatedInStore: (stored[at]?.rows ?? 0) - there,
      bareInFiles: bare,
      bareInStore: stored[at]?.bare,
      missing: [...left],
    };
  });
}
