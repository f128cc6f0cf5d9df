import { wallClockMs } from '../../../time.ts';
import type { TimeRange } from '../../query/query.ts';
import { LEFT_OUT_ON_PURPOSE, type LedgerAnswer, type LedgerEntry } from '../event-store.ts';
import { answerLoggers } from './answer-loggers.ts';
import { lastClear } from './last-clear.ts';
import type { ReadFile } from './read-file.ts';
import type { ReadStore } from './read-store.ts';

const MINUTE_MS = 60_000;

/** So long after the end of a minute its events may still be in a queue of the collector. */
const SETTLING_MS = 60_000;

/** The sums of one name of a service in one minute. */
interface Sums {
  readonly name: string;
  readonly service: string;
  readonly kind: LedgerEntry['kind'];
  readonly minute: number;
  received: number;
  repeated: number;
  emitted: number | undefined;
  readonly lost: Map<string, number>;
}

/** What was emitted, received and stored of each name, by minute of its time; oldest first. */
export function answerLedger(store: ReadStore, { fromMs, toMs }: TimeRange): LedgerAnswer {
  const from = fromMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor(fromMs / MINUTE_MS);
  const to = (toMs ?? Number.POSITIVE_INFINITY) / MINUTE_MS;
  const comparedFrom = store.files.at(-1)?.counts.ledgerFrom ?? 0;
  const all = new LedgerSums();
  for (const file of store.files) {
    addReceived(all, file, from, to);
    addEmitted(all, file, Math.max(from, comparedFrom), to);
  }
  const nowMs = wallClockMs();
  const entries = [...all.values()].map((sums) => entryOf(sums, comparedFrom, nowMs));
  return {
    entries: entries.sort((one, other) => one.minuteMs - other.minuteMs || compareNames(one, other)),
    ...lastClear(store),
    ...answerLoggers(store, entries, { fromMs: fromMs ?? 0, nowMs }),
  };
}

class LedgerSums {
  readonly #sums = new Map<string, Sums>();

  /** Those of the minute that a row is of. */
  of(
    { service, name, minute }: Readonly<Record<string, unknown>>,
    kind: LedgerEntry['kind'] = 'record',
  ): Sums {
    const key = `${minute} ${kind} ${service}\n${name}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const made: Sums = {
      name: name as string,
      service: service as string,
      kind,
      minute: minute as number,
      received: 0,
      repeated: 0,
      emitted: undefined,
      lost: new Map(),
    };
    this.#sums.set(key, made);
    return made;
  }

  values(): Iterable<Sums> {
    return this.#sums.values();
  }
}

function addReceived(all: LedgerSums, file: ReadFile, from: number, to: number): void {
  for (const kind of ['record', 'span'] as const) {
    const table = kind === 'record' ? 'ledger' : 'span_ledger';
    for (const row of rowsOf(file, table, 'received, repeated', from, to)) {
      const sums = all.of(row, kind);
      sums.received += row.received as number;
      sums.repeated += row.repeated as number;
    }
  }
}

function addEmitted(all: LedgerSums, file: ReadFile, from: number, to: number): void {
  for (const row of rowsOf(file, 'emitted', 'n', from, to)) {
    const sums = all.of(row);
    sums.emitted = (sums.emitted ?? 0) + (row.n as number);
  }
  for (const row of rowsOf(file, 'lost', 'reason, n', from, to)) {
    const { lost } = all.of(row);
    const reason = row.reason as string;
    lost.set(reason, (lost.get(reason) ?? 0) + (row.n as number));
  }
}

function rowsOf(file: ReadFile, table: string, columns: string, from: number, to: number) {
  return file
    .prepare(
      `select service, name, minute, ${columns} from ${table} join source on id = source where minute >= ? and minute < ?`,
    )
    .all(from, to);
}

function entryOf(sums: Sums, comparedFrom: number, nowMs: number): LedgerEntry {
  const { name, service, kind, minute, received, repeated, emitted, lost } = sums;
  const minuteMs = minute * MINUTE_MS;
  const stored = received - repeated;
  const settling = nowMs < minuteMs + MINUTE_MS + SETTLING_MS;
  let [onPurpose, known] = [0, 0];
  for (const [reason, count] of lost) {
    if (LEFT_OUT_ON_PURPOSE.has(reason)) onPurpose += count;
    else known += count;
  }
  const missing = emitted === undefined ? 0 : emitted - onPurpose - stored;
  return {
    name,
    service,
    kind,
    minuteMs,
    ...(emitted === undefined ? {} : { emitted }),
    received,
    stored,
    repeated,
    lost: Object.fromEntries(lost),
    gap: settling ? known : Math.max(known, missing),
    settling,
    partial: minute < comparedFrom,
  };
}

function compareNames(one: LedgerEntry, other: LedgerEntry): number {
  if (one.service !== other.service) return one.service < other.service ? -1 : 1;
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.kind < other.kind ? -1 : 1;
}
