import type { Consume } from '../otlp/batch.ts';

/** What became of log records and spans that an exporter took. */
export interface TakenItems {
  /** Delivered. */
  readonly sent: number;
  /** Waiting to be delivered. */
  readonly queued: number;
  /** Given up: refused by the destination, out of time, or left over at the end. */
  readonly dropped: number;
}

/** Where a pipeline of the collector ends. */
export interface BatchExporter {
  readonly consume: Consume;
  /** Only of an exporter that takes batches before it has delivered them. */
  readonly taken?: () => TakenItems;
  /** Delivers what it took, for at most `timeoutMs`, and lets go of files and connections. */
  readonly close: (timeoutMs: number) => Promise<void>;
}
