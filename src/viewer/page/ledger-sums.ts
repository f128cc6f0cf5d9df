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
  /** Stored in minutes that settle, and in no report of its app yet. */
  unreported: number;
  /** Stored in earlier minutes, beyond what was reported: of another sender, or of a logger that was killed. */
  unclaimed: number;
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
  /** An app of the service reports. */
  readonly isReported: boolean;
  /** Oldest first. */
  readonly minutes: LedgerMinute[];
}

/** Whether somebody misses what ended for this reason. */
export function isLoss(reason: string): boolean {
  return !LEFT_OUT_ON_PURPOSE.has(reason);
}

/**
 * What was reported of a minute, and how much more is stored: a report comes behind the events.
 * @param isReported - an app of the service reports
 */
export function reportOf(
  { kind, emitted, stored, settling }: LedgerMinute,
  isReported: boolean,
): { readonly emitted: number | undefined } & Pick<LedgerSum, 'unreported' | 'unclaimed'> {
  const known = emitted ?? undefined;
  const isAwaited = settling && (known !== undefined || (isReported && kind === 'record'));
  const beyond = Math.max(0, stored - (known ?? 0));
  return {
    emitted: known,
    unreported: isAwaited ? beyond : 0,
    unclaimed: isAwaited || known === undefined ? 0 : beyond,
  };
}

/** By name, service and kind; what misses most first. */
export function ledgerSums({ entries, underWay, loggers }: LedgerAnswer): LedgerSum[] {
  const reporting = new Set(loggers.flatMap(({ service, state }) => (state === 'reporting' ? service : [])));
  const sums = new Map<string, LedgerSum>();
  const sumOf = ({ name, service, kind }: Pick<LedgerSum, 'name' | 'service' | 'kind'>): LedgerSum => {
    const key = [kind, service, name].map((part) => encodeURIComponent(part.toWellFormed())).join('/');
    const known = sums.get(key);
    if (known !== undefined) return known;
    const counts = {
      unknownMinutes: 0,
      unreported: 0,
      unclaimed: 0,
      received: 0,
      stored: 0,
      repeated: 0,
      gap: 0,
      unexplained: 0,
      underWay: 0,
      silent: 0,
      silentSinceMs: 0,
    };
    const isReported = reporting.has(service);
    const sum: LedgerSum = {
      key,
      name,
      service,
      kind,
      isReported,
      emitted: undefined,
      ...counts,
      lost: [],
      minutes: [],
    };
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
    // What is under way may be stored, and the report that settles it has not come.
    let { underWay: rest } = sum;
    for (const kind of ['unreported', 'unclaimed'] as const) {
      const known = Math.min(rest, sum[kind]);
      sum[kind] -= known;
      rest -= known;
    }
    sum.lost.sort((one, other) => other[1] - one[1]);
    const explained = sum.lost.reduce((all, [reason, count]) => all + (isLoss(reason) ? count : 0), 0);
    sum.unexplained = Math.max(0, sum.gap - explained);
  }
  return [...sums.values()].sort((one, other) => other.gap - one.gap || other.received - one.received);
}

function add(sum: LedgerSum, entry: LedgerMinute): void {
  const { emitted, unreported, unclaimed } = reportOf(entry, sum.isReported);
  if (emitted !== undefined) sum.emitted = (sum.emitted ?? 0) + emitted;
  else if (unreported === 0) sum.unknownMinutes++;
  sum.unreported += unreported;
  sum.unclaimed += unclaimed;
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
