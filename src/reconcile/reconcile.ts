import { type FileCount, KeyBuckets } from './key-buckets.ts';
import { readEvents } from './read-events.ts';

/** How far it has come: bytes of files, or stretches of ten minutes. */
export interface Progress {
  readonly step: 'reading' | 'comparing';
  readonly done: number;
  readonly of: number;
}

export interface ReconcileOptions {
  readonly files: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  /** Times of events, milliseconds of the Unix epoch: from, and up to and without. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What files have of one name in one minute. */
export interface Compared {
  readonly name: string;
  readonly minuteMs: number;
  /** Different ids. */
  readonly files: number;
  /** Records beyond the first with the same id. */
  readonly repeatedInFiles: number;
  /** Records without an id. */
  readonly bareInFiles: number;
}

/** What came of it. */
export interface Reconciled {
  /** Of each name and minute of the files. */
  readonly compared: readonly Compared[];
  readonly spans: number;
  readonly damagedLines: number;
  /** Log records without any time of their own. */
  readonly timeless: number;
  /** Told to stop before all was counted. */
  readonly isStopped: boolean;
}

/** Counts the events of files by name and minute, each id once. @throws what the file system throws */
export async function reconcile(options: ReconcileOptions): Promise<Reconciled> {
  const buckets = new KeyBuckets();
  try {
    const rest = await readAll(options, buckets);
    const compared = compareAll(options, buckets);
    return { compared, ...rest, isStopped: options.signal.aborted };
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

function compareAll({ signal, onProgress }: ReconcileOptions, buckets: KeyBuckets): Compared[] {
  const compared: Compared[] = [];
  for (const { slot, done, of } of buckets.slots()) {
    if (signal.aborted) break;
    onProgress({ step: 'comparing', done, of });
    compared.push(...slot.counts.map(toCompared));
  }
  return compared.sort((one, other) => one.minuteMs - other.minuteMs || (one.name < other.name ? -1 : 1));
}

function toCompared({ name, minuteMs, uids, rows, bare }: FileCount): Compared {
  return { name, minuteMs, files: uids.size, repeatedInFiles: rows - uids.size, bareInFiles: bare };
}
