import type { EventRecord } from '../otlp/event/event-record.ts';
import type { Batch } from '../otlp/wire/batch.ts';

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
   * Takes one batch once. What it rejects with decides what becomes of the batch:
   * - an `OtelEventsError` without `retry` is final, all records are rejected for its `reason`,
   * - with `split` only the records at fault are: the batch is halved until they are alone. What had been
   *   delivered of the batch is sent again with its halves, unless the exporter knows it by `log.record.uid`,
   * - anything else is tried again, the same records first, until it succeeds or the logger closes.
   * @param signal - aborts when the logger gives up at the end of `close`
   */
  send(records: readonly EventRecord[], signal: AbortSignal): Promise<void>;
  /** If it is there it is called in place of `send`, with the batch as it lies in the spool: nothing is decoded. */
  consume?(batch: Batch, signal: AbortSignal): Promise<void>;
  /**
   * Lets go of files and connections when the logger has closed. Records may still come from another logger
   * that was given the same exporter.
   */
  close?(): Promise<void>;
  /** Longest wait for a batch to fill, in milliseconds. */
  readonly flushIntervalMs?: number;
  /** Most records in one batch. */
  readonly flushBatchSize?: number;
}
