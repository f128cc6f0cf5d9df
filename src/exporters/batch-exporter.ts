import type { EmittedReport } from '../otlp/emitted/emitted-report.ts';
import type { Batch, Consume } from '../otlp/wire/batch.ts';

/** What became of log records, spans and data points that an exporter took. */
export interface TakenItems {
  /** Delivered. */
  readonly sent: number;
  /** Waiting to be delivered. */
  readonly queued: number;
  /** Given up: refused by the destination, out of time, or left over at the end. */
  readonly dropped: number;
}

/** A place in a queue, kept for a batch that may come: it is taken or let go, once. */
export interface Place {
  /** @returns false when the queue was closed meanwhile */
  readonly take: () => boolean;
  readonly letGo: () => void;
  /** Resolves when what was taken is kept as the queue promises; only of one that keeps it in files. */
  readonly kept?: () => Promise<void>;
}

/** Compares what comes with what loggers say that they have emitted. */
export interface EmittedTaker {
  /** Of what it keeps: the same as long as that is there. */
  readonly id: string;
  /** Takes a report, and resolves when it is kept; one that comes again counts once. */
  readonly take: (report: EmittedReport) => Promise<void>;
}

/** Where a pipeline of the collector ends. */
export interface BatchExporter {
  readonly consume: Consume;
  /** False of what only shows batches: nobody may let go of one because of that. Default true. */
  readonly keeps?: boolean;
  /**
   * Only of an exporter that takes batches into a queue: keeps a place for one.
   * @throws OtelEventsError `QUEUE_FULL` with `retry`
   */
  readonly reserve?: (batch: Batch) => Place;
  /** Whether it may go on beside a successor, until it has delivered what it took: it has no file and no port. Default false. */
  readonly mayLinger?: boolean;
  /** The URL where it answers; only of an exporter that does. */
  readonly endpoint?: string;
  /** Only of an exporter that takes batches before it has delivered them, or that loses some of what it takes. */
  readonly taken?: () => TakenItems;
  /** Only of an exporter that asks loggers what they have emitted. */
  readonly emitted?: EmittedTaker;
  /** Delivers what it took, for at most `timeoutMs`, and lets go of files and connections. */
  readonly close: (timeoutMs: number) => Promise<void>;
}
