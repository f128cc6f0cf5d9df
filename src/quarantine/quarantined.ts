import { OtelEventsError } from '../errors.ts';
import type { Issue } from '../issue.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { type ReadEvent, readEvent } from '../otlp/event/read-event.ts';
import { recordsOf } from '../otlp/event/records-of.ts';
import { requestHead } from '../otlp/sdk/encode-envelope.ts';
import { EVENT } from '../otlp/values/event-attributes.ts';
import type { Batch, RecordSignal } from '../otlp/wire/batch.ts';
import type { Header } from '../spool/log/definitions.ts';
import { KIND, type RecordView } from '../spool/log/layout.ts';
import { ReadLog } from '../spool/read/read-log.ts';
import { readMerged } from '../spool/read/read-merged.ts';
import { subDirectoriesOf } from '../spool/read/read-spool.ts';

/** A record that waits in a quarantine, as it lies there. */
export interface Waiting {
  /** From 1, oldest first; it is another one when older ones are gone. */
  readonly number: number;
  readonly log: ReadLog;
  readonly header: Header;
  readonly field: Uint8Array;
  readonly signal: RecordSignal;
  readonly sinks: readonly string[];
  readonly name: string;
  /** The position after it. */
  readonly end: number;
}

/** The same, read. */
export interface Quarantined extends Waiting {
  /** An export request with it alone. */
  readonly batch: Batch & { readonly signal: RecordSignal };
  /** Undefined for what is no log record: it stays where it is. */
  readonly record: EventRecord | undefined;
  readonly event: ReadEvent | undefined;
  /** What its schema refused. */
  readonly issues: readonly Issue[];
}

/** Opens all sub-directories of a quarantine. @throws what the file system throws */
export function openQuarantine(directory: string): ReadLog[] {
  return subDirectoriesOf(directory).map((home) => new ReadLog(home));
}

/** What waits there, oldest first. */
export function* waitingIn(logs: readonly ReadLog[]): Generator<Waiting, void> {
  let number = 0;
  for (const { log, record } of readMerged(logs)) {
    const mask = log.pendingOf(record);
    if (mask !== 0) yield toWaiting(++number, log, record, log.sinkNames(mask));
  }
}

/** The same, read. */
export function* quarantinedIn(logs: readonly ReadLog[]): Generator<Quarantined, void> {
  for (const waiting of waitingIn(logs)) yield readQuarantined(waiting);
}

/** Reads what waits. */
export function readQuarantined(waiting: Waiting): Quarantined {
  const { signal, header, field } = waiting;
  const bytes = Buffer.concat([requestHead(header, field.length), field]);
  const batch = { signal, encoding: 'protobuf', bytes, count: 1 } as const;
  const record = signal === 'logs' ? recordIn(batch) : undefined;
  const event = record === undefined ? undefined : readEvent(record);
  return { ...waiting, batch, record, event, issues: issuesOf(record) };
}

const NO_HEADER = { resource: new Uint8Array(), scope: new Uint8Array() };

function toWaiting(number: number, log: ReadLog, view: RecordView, sinks: readonly string[]): Waiting {
  // The view is filled again for the next record.
  const field = Uint8Array.prototype.slice.call(view.bytes, view.from, view.to);
  const header = log.header(view.id) ?? NO_HEADER;
  const signal = view.kind === KIND.logs ? 'logs' : 'traces';
  const name = log.definitions.name(view.nameId);
  return { number, log, header, field, signal, sinks, name, end: view.end };
}

function recordIn(batch: Batch): EventRecord | undefined {
  try {
    return recordsOf(batch)[0];
  } catch (error) {
    if (error instanceof OtelEventsError) return undefined;
    throw error;
  }
}

function issuesOf(record: EventRecord | undefined): Issue[] {
  const issues = record?.attributes[EVENT.schemaIssues];
  if (!Array.isArray(issues)) return [];
  return issues.map((issue: Partial<Issue> | null) => ({
    path: String(issue?.path ?? ''),
    expected: String(issue?.expected ?? ''),
    got: String(issue?.got ?? ''),
  }));
}
