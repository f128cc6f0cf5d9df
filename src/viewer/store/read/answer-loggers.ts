import type { LedgerAnswer, LedgerEntry, LedgerLogger, LedgerUnderWay } from '../event-store.ts';
import type { ReadStore } from './read-store.ts';

/** A logger with something under way reports every five seconds. */
const SILENT_MS = 60_000;

/** The most loggers that are listed. */
const MAX_LOGGERS = 100;

interface Heard {
  readonly id: string;
  readonly service: string;
  readonly sequence: number;
  readonly firstMs: number;
  readonly latestMs: number;
  readonly hasEnded: boolean;
  readonly underWay: readonly { readonly name: string; readonly n: number }[];
}

/** Who reported since `fromMs`, and what was under way when each was heard last. */
export function answerLoggers(
  store: ReadStore,
  entries: readonly LedgerEntry[],
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): Pick<LedgerAnswer, 'underWay' | 'loggers'> {
  const heard = [...latestOf(store, fromMs)].sort((one, other) => other.latestMs - one.latestMs);
  const surplus = surplusOf(entries);
  const underWay: LedgerUnderWay[] = [];
  const loggers: LedgerLogger[] = [];
  for (const logger of heard) {
    const { id, service, firstMs, latestMs } = logger;
    const silent = !logger.hasEnded && logger.underWay.length > 0 && nowMs - latestMs > SILENT_MS;
    // What a logger has at its end is left in its spool, or lost: it does not report it any more either.
    const isOver = silent || logger.hasEnded;
    for (const { name, n } of logger.underWay) {
      const key = `${service}\n${name}`;
      // Stored, and reported by nobody: as good as those that another process delivered in its place.
      const arrived = isOver ? Math.min(n, surplus.get(key) ?? 0) : 0;
      if (arrived > 0) surplus.set(key, (surplus.get(key) as number) - arrived);
      const since = isOver ? { silentSinceMs: latestMs } : {};
      if (n > arrived) underWay.push({ name, service, count: n - arrived, ...since });
    }
    const state = logger.hasEnded ? 'ended' : silent ? 'silent' : 'reporting';
    if (loggers.length < MAX_LOGGERS) loggers.push({ id, service, firstMs, latestMs, state });
  }
  return { underWay, loggers };
}

/** Each logger once, as its last report has it. */
function latestOf(store: ReadStore, fromMs: number): Iterable<Heard> {
  const latest = new Map<string, Heard>();
  for (const file of store.files) {
    const rows = file.prepare('select * from logger where latest >= ?').all(fromMs);
    for (const row of rows) {
      const id = row.id as string;
      const sequence = row.sequence as number;
      if ((latest.get(id)?.sequence ?? 0) > sequence) continue;
      const underWay = file.prepare('select name, n from under_way where logger = ?').all(id);
      latest.set(id, {
        id,
        service: row.service as string,
        sequence,
        firstMs: row.first as number,
        latestMs: row.latest as number,
        hasEnded: row.ended === 1,
        underWay: underWay.map(({ name, n }) => ({ name: name as string, n: n as number })),
      });
    }
  }
  return latest.values();
}

/** By service and name: stored, and not reported. Of a minute of which rows are gone nobody knows what was. */
function surplusOf(entries: readonly LedgerEntry[]): Map<string, number> {
  const surplus = new Map<string, number>();
  for (const { kind, service, name, emitted = 0, stored, partial } of entries) {
    if (kind === 'span' || partial || stored <= emitted) continue;
    const key = `${service}\n${name}`;
    surplus.set(key, (surplus.get(key) ?? 0) + stored - emitted);
  }
  return surplus;
}
