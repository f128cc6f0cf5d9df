import { type FileCount, type FileSlot, MINUTE_MS, SLOT_MS } from './key-buckets.ts';
import type { StoreCount, StoreReader } from './store-reader.ts';

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

export interface CompareOptions {
  /** All minutes are compared by id, not only those in which the counts differ. */
  readonly each: boolean;
  /** Times of the files' events, milliseconds of the Unix epoch: from, and up to and without. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Compares ten minutes of files with a store: counts first, and where these differ the ids. @throws OtelEventsError `STORE_FAILED` */
export async function compareSlot(
  { fromMs, counts }: FileSlot,
  store: StoreReader,
  { each, fromMs: firstMs, toMs: endMs }: CompareOptions,
): Promise<Compared[]> {
  const stored = each ? undefined : await store.counts?.(fromMs, fromMs + SLOT_MS);
  const compared: Compared[] = [];
  for (const minute of byMinute(counts)) {
    const startMs = minute[0]?.minuteMs ?? 0;
    const range = { fromMs: Math.max(startMs, firstMs), toMs: Math.min(startMs + MINUTE_MS, endMs) };
    // Of a minute that begins or ends within, the store counts events that were not asked for.
    const isWhole = range.toMs - range.fromMs === MINUTE_MS;
    const known = minute.map((count) => stored?.find((one) => isSame(one, count)));
    if (isWhole && stored !== undefined && minute.every((count, at) => isEqual(count, known[at]))) {
      compared.push(...minute.map((count, at) => whole(count, known[at] as StoreCount)));
    } else compared.push(...(await compareMinute(minute, store, range)));
  }
  return compared;
}

function byMinute(counts: readonly FileCount[]): readonly (readonly FileCount[])[] {
  const minutes = Map.groupBy(counts, ({ minuteMs }) => minuteMs);
  return [...minutes.values()].sort(([one], [other]) => (one?.minuteMs ?? 0) - (other?.minuteMs ?? 0));
}

function isSame(one: StoreCount, other: FileCount): boolean {
  return one.minuteMs === other.minuteMs && one.name === other.name;
}

function isEqual({ uids, bare }: FileCount, stored: StoreCount | undefined): boolean {
  if (stored === undefined) return false;
  if (stored.bare === undefined) return stored.unique === uids.size + bare;
  return stored.unique === uids.size && stored.bare === bare;
}

function whole({ name, minuteMs, uids, rows, bare }: FileCount, stored: StoreCount): Compared {
  return {
    name,
    minuteMs,
    files: uids.size,
    store: uids.size,
    repeatedInFiles: rows - uids.size,
    repeatedInStore: stored.bare === undefined ? 0 : stored.rows - stored.unique,
    bareInFiles: bare,
    bareInStore: stored.bare ?? bare,
    missing: [],
  };
}

/** By the ids of all rows of a minute. A name may be shortened in the store: the id is what counts. */
async function compareMinute(
  minute: readonly FileCount[],
  store: StoreReader,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<Compared[]> {
  const missing = minute.map(({ uids }) => new Set(uids));
  const stored = minute.map(() => ({ rows: 0, bare: 0 }));
  for await (const { uid, name } of store.rows(fromMs, toMs)) {
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
