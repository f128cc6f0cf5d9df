import type { ReadLog, Unread } from '../../spool/read/read-log.ts';
import type { SubDirectory } from '../../spool/read/read-spool.ts';

/** What a sub-directory holds, in numbers. */
export interface LogSummary {
  readonly home: SubDirectory;
  readonly segments: number;
  readonly bytes: number;
  readonly records: number;
  /** Of the appends, in epoch milliseconds. */
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  /** Records that a sink has still to get, by its name; 0 for one that has all. */
  readonly pending: Readonly<Record<string, number>>;
  readonly damage: {
    readonly stretches: number;
    readonly bytes: number;
    /** Whole files that are no segments of this version. */
    readonly files: number;
    readonly cursors: number;
    /** Of writes that were not finished; nothing unusual. */
    readonly tornBytes: number;
  };
  readonly unread: readonly Unread[];
  /** It was removed or renamed while it was read: by its owner, which had settled all, or by the next one. */
  readonly isGone: boolean;
}

/** Reads all of a sub-directory. */
export function summarise(log: ReadLog): LogSummary {
  const byBit: number[] = [];
  let oldestMs = Number.POSITIVE_INFINITY;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const record of log.read()) {
    // A clock may have gone back: the first is not always the oldest.
    oldestMs = Math.min(oldestMs, record.timeMs);
    newestMs = Math.max(newestMs, record.timeMs);
    for (let mask = log.pendingOf(record); mask !== 0; mask &= mask - 1) {
      const bit = 31 - Math.clz32(mask & -mask);
      byBit[bit] = (byBit[bit] ?? 0) + 1;
    }
  }
  const segments = log.segments.filter(({ kind }) => kind !== 'gone');
  const records = add(segments.map((segment) => segment.records));
  return {
    home: log.home,
    segments: segments.length,
    bytes: add(segments.map(({ bytes }) => bytes)),
    records,
    oldestMs: records > 0 ? oldestMs : undefined,
    newestMs: records > 0 ? newestMs : undefined,
    pending: pendingByName(log, byBit),
    damage: {
      stretches: add(segments.map(({ damage }) => damage.stretches)),
      bytes: add(segments.map(({ damage }) => damage.bytes)),
      files: segments.filter(({ damage, kind }) => damage.files > 0 || kind === 'foreign').length,
      cursors: log.damagedCursors.length,
      tornBytes: add(segments.map(({ damage }) => damage.tornBytes)),
    },
    unread: log.unread,
    isGone: log.isGone,
  };
}

/** All of them as one. */
export function totalOf(summaries: readonly LogSummary[]): Omit<LogSummary, 'home'> {
  const pending = new Map<string, number>();
  for (const [sink, count] of summaries.flatMap((summary) => Object.entries(summary.pending))) {
    pending.set(sink, (pending.get(sink) ?? 0) + count);
  }
  const times = summaries.flatMap(({ oldestMs, newestMs }) => [oldestMs, newestMs]);
  const known = times.filter((time) => time !== undefined);
  return {
    segments: add(summaries.map(({ segments }) => segments)),
    bytes: add(summaries.map(({ bytes }) => bytes)),
    records: add(summaries.map(({ records }) => records)),
    oldestMs: known.length > 0 ? known.reduce((a, b) => Math.min(a, b)) : undefined,
    newestMs: known.length > 0 ? known.reduce((a, b) => Math.max(a, b)) : undefined,
    pending: Object.fromEntries(pending),
    damage: {
      stretches: add(summaries.map(({ damage }) => damage.stretches)),
      bytes: add(summaries.map(({ damage }) => damage.bytes)),
      files: add(summaries.map(({ damage }) => damage.files)),
      cursors: add(summaries.map(({ damage }) => damage.cursors)),
      tornBytes: add(summaries.map(({ damage }) => damage.tornBytes)),
    },
    unread: summaries.flatMap(({ unread }) => unread),
    isGone: false,
  };
}

function pendingByName(log: ReadLog, byBit: readonly number[]): Record<string, number> {
  const used = byBit.reduce((mask, _, bit) => (mask | (1 << bit)) >>> 0, log.sinks);
  const entries: [string, number][] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (!((used >>> bit) & 1)) continue;
    const [name = ''] = log.sinkNames((1 << bit) >>> 0);
    entries.push([name, byBit[bit] ?? 0]);
  }
  return Object.fromEntries(entries);
}

function add(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
