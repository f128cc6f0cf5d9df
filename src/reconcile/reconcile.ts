import { pause } from '../pause.ts';
import { type Compared, compareSlot } from './compare-slot.ts';
import { KeyBuckets } from './key-buckets.ts';
import { readEvents } from './read-events.ts';
import { sendMissing } from './send-missing.ts';
import type { Intake, StoreReader } from './store-reader.ts';

/** How far it has come: bytes of files, stretches of ten minutes, or events. */
export interface Progress {
  readonly step: 'reading' | 'comparing' | 'sending' | 'waiting';
  readonly done: number;
  readonly of: number;
}

export interface ReconcileOptions {
  readonly files: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  readonly store: StoreReader;
  /** Times of events, milliseconds of the Unix epoch: from, and up to and without. */
  readonly fromMs: number;
  readonly toMs: number;
  /** All minutes are compared by id, not only those in which the counts differ. */
  readonly each: boolean;
  /** Where what is missing is sent; undefined: nowhere. */
  readonly mend: Intake | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What came of it. */
export interface Reconciled {
  /** Of each name and minute of the files, before anything was sent. */
  readonly compared: readonly Compared[];
  /** Ids that are in the store at another time than their event's: a store takes what is too late at its arrival. */
  readonly elsewhere: number;
  /** Ids that were not in the store. */
  readonly missing: number;
  /** Of these, sent now. */
  readonly sent: number;
  /** Ids that are not in the store at the end. */
  readonly left: number;
  /** Records without an id that are at least missing, by the counts. */
  readonly bareMissing: number;
  readonly spans: number;
  readonly damagedLines: number;
  /** Log records without any time of their own: the store has them at the time of their arrival. */
  readonly timeless: number;
  /** Told to stop before all was compared. */
  readonly isStopped: boolean;
}

/** How long a store may take to show what it has taken, beyond what it says. */
const SHOWN_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 500;

/**
 * Compares the events of files with those of a store, and sends what is missing there if asked to.
 * @throws OtelEventsError `STORE_FAILED`, `EXPORT_FAILED`; what the file system throws
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciled> {
  const buckets = new KeyBuckets();
  try {
    const rest = await readAll(options, buckets);
    const first = await compareAll(options, buckets);
    const missing = new Map(first.flatMap(({ missing, minuteMs }) => missing.map((uid) => [uid, minuteMs])));
    const before = missing.size;
    await forgetFound(options.store, missing);
    const compared = first.map((one) => withFound(one, missing));
    const found = { compared, elsewhere: before - missing.size, missing: missing.size };
    const sent = await mend(options, missing);
    const bareMissing = compared.reduce(
      (sum, { bareInFiles, bareInStore = bareInFiles }) => sum + Math.max(0, bareInFiles - bareInStore),
      0,
    );
    return { ...found, sent, left: missing.size, bareMissing, ...rest, isStopped: options.signal.aborted };
  } finally {
    buckets.close();
  }
}

async function readAll(
  { files, bytes, fromMs, toMs, signal, onProgress }: ReconcileOptions,
  buckets: KeyBuckets,
): Promise<Pick<Reconciled, 'spans' | 'damagedLines' | 'timeless'>> {
  const all = { spans: 0, damagedLines: 0, timeless: 0 };
  let before = 0;
  for (const file of files) {
    let read = 0;
    const onRead = (now: number): void => {
      read = now;
      onProgress({ step: 'reading', done: before + now, of: bytes });
    };
    const { spans, damagedLines } = await readEvents(file, { onRead, signal }, ({ uid, name, timeMs }) => {
      if (timeMs === 0) all.timeless++;
      else if (timeMs >= fromMs && timeMs < toMs) buckets.add(uid, name, timeMs);
    });
    all.spans += spans;
    all.damagedLines += damagedLines;
    before += read;
  }
  return all;
}

async function compareAll(
  { store, each, fromMs, toMs, signal, onProgress }: ReconcileOptions,
  buckets: KeyBuckets,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { slot, done, of } of buckets.slots()) {
    if (signal.aborted) break;
    onProgress({ step: 'comparing', done, of });
    compared.push(...(await compareSlot(slot, store, { each, fromMs, toMs })));
  }
  return compared.sort((one, other) => one.minuteMs - other.minuteMs || (one.name < other.name ? -1 : 1));
}

/** What was found at another time is not missing. */
function withFound(one: Compared, missing: ReadonlyMap<string, number>): Compared {
  const left = one.missing.filter((uid) => missing.has(uid));
  return { ...one, missing: left, store: one.files - left.length };
}

/** Takes those away that the store has at any time. */
async function forgetFound(store: StoreReader, missing: Map<string, number>): Promise<void> {
  if (missing.size === 0) return;
  const oldestMs = [...missing.values()].reduce((least, ms) => Math.min(least, ms));
  for (const uid of await store.find([...missing.keys()], oldestMs)) missing.delete(uid);
}

/** Sends what is missing and waits until the store shows it. @returns how many were sent; `missing` has those that are left */
async function mend(
  { files, store, mend: intake, signal, onProgress }: ReconcileOptions,
  missing: Map<string, number>,
): Promise<number> {
  const of = missing.size;
  if (intake === undefined || of === 0 || signal.aborted) return 0;
  const onSent = (done: number): void => onProgress({ step: 'sending', done, of });
  const sent = await sendMissing(new Set(missing.keys()), { files, intake, signal, onSent });
  // What it has in memory only would be lost with the next crash: that is what this is for.
  const settledMs = Date.now() + (await store.settleMs());
  const deadlineMs = settledMs + SHOWN_WITHIN_MS;
  for (;;) {
    onProgress({ step: 'waiting', done: of - missing.size, of });
    await pause(LOOK_EVERY_MS, signal);
    if (Date.now() < settledMs && !signal.aborted) continue;
    await forgetFound(store, missing);
    if (missing.size <= of - sent || Date.now() > deadlineMs || signal.aborted) return sent;
  }
}
