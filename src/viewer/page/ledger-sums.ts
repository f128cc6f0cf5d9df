import { LEFT_OUT_ON_PURPOSE } from '../store/event-store.ts';
import type { LedgerAnswer } from './answers.ts';

export type LedgerMinute = LedgerAnswer['entries'][number];

/** All minutes of one name of a service. */
export interface LedgerSum {
  readonly key: string;
  readonly name: string;
  readonly service: string;
  readonly kind: LedgerMinute['kind'];
  /** What is under way included; undefined where nobody says. */
  emitted: number | undefined;
  /** In how many minutes nobody says it, as before the first report and where rows have gone by size or age. */
  unknownMinutes: number;
  received: number;
  stored: number;
  repeated: number;
  gap: number;
  /** Why some did not leave the app, the most frequent reason first. */
  lost: [reason: string, count: number][];
  /** Of the gap: what no reason is known of. */
  unexplained: number;
  /** Emitted and not settled, by loggers that still report. */
  underWay: number;
  /** The same by loggers that do not any more, and when the last of them was heard. */
  silent: number;
  silentSinceMs: number;
  /** Oldest first. */
  readonly minutes: LedgerMinute[];
}

/** Whether somebody misses what ended for this reason. */
export function isLoss(reason: string): boolean {
  return !LEFT_OUT_ON_PURPOSE.has(reason);
}

/** By name, service and kind; what misses most first. */
export function ledgerSums({ entries, underWay }: LedgerAnswer): LedgerSum[] {
  const sums = new Map<string, LedgerSum>();
  const sumOf = ({ name, service, kind }: Pick<LedgerSum, 'name' | 'service' | 'kind'>): LedgerSum => {
    const key = [kind, service, name].map((part) => encodeURIComponent(part.toWellFormed())).join('/');
    const known = sums.get(key);
    if (known !== undefined) return known;
    const counts = {
      unknownMinutes: 0,
      received: 0,
      stored: 0,
      repeated: 0,
      gap: 0,
      unexplained: 0,
      underWay: 0,
      silent: 0,
      silentSinceMs: 0,
    };
    const sum: LedgerSum = { key, name, service, kind, emitted: undefined, ...counts, lost: [], minutes: [] };
    sums.set(key, sum);
    return sum;
  };
  for (const entry of entries) add(sumOf(entry), entry);
  for (const { name, service, count, silentSinceMs } of underWay) {
    const sum = sumOf({ name, service, kind: 'record' });
    sum.emitted = (sum.emitted ?? 0) + count;
    if (typeof silentSinceMs !== 'number') sum.underWay += count;
    else {
      sum.silent += count;
      sum.silentSinceMs = Math.max(sum.silentSinceMs, silentSinceMs);
    }
  }
  for (const sum of sums.values()) {
    sum.lost.sort((one, other) => other[1] - one[1]);
    const explained = sum.lost.reduce((all, [reason, count]) => all + (isLoss(reason) ? count : 0), 0);
    sum.unexplained = Math.max(0, sum.gap - explained);
  }
  return [...sums.values()].sort((one, other) => other.gap - one.gap || other.received - one.received);
}

function add(sum: LedgerSum, entry: LedgerMinute): void {
  if (typeof entry.emitted === 'number') sum.emitted = (sum.emitted ?? 0) + entry.emitted;
  else sum.unknownMinutes++;
  sum.received += entry.received;
  sum.stored += entry.stored;
  sum.repeated += entry.repeated;
  sum.gap += entry.gap;
  sum.minutes.push(entry);
  for (const [reason, count] of Object.entries(entry.lost)) {
    const known = sum.lost.find(([one]) => one === reason);
    if (known === undefined) sum.lost.push([reason, count]);
    else known[1] += count;
  }
}
