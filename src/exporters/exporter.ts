import type { EventRecord } from '../otlp/event-record.ts';

/**
 * The simplest exporter: a function that is given records and resolves when it has them. A rejection is
 * tried again, in order, until it succeeds or the logger closes.
 */
export type ExporterFunction = (records: readonly EventRecord[]) => Promise<void> | void;

/** A destination for records, in front of which the logger keeps a queue of its own. */
export interface Exporter {
  /** Unique among a logger's exporters; the sink's name in `stats()`. Never holds credentials. */
  readonly name: string;
  /**
   * Takes one batch once. An `OtelEventsError` without `retry` is final; any other rejection is tried again.
   * @param signal - aborts when the logger gives up at the end of `close`
   */
  send(records: readonly EventRecord[], signal: AbortSignal): Promise<void>;
  /** Longest wait for a batch to fill, in milliseconds. */
  readonly flushIntervalMs?: number;
  /** Most records in one batch. */
  readonly flushBatchSize?: number;
}
