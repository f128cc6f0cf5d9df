/** The header by which a receiver asks loggers to say what they have emitted: with it comes the id of its store. */
export const EMITTED_HEADER = 'otel-events-emitted';

/** Behind the path to which log records are posted: there reports are taken. No other receiver has anything there. */
export const EMITTED_PATH = '/emitted';

/** The metrics of a report, and their attributes. */
export const METRIC = { emitted: 'otel_events.emitted', underWay: 'otel_events.under_way' } as const;
export const ATTRIBUTE = {
  service: 'service.name',
  logger: 'otel_events.logger',
  sequence: 'otel_events.sequence',
  isLast: 'otel_events.last',
  name: 'event.name',
  outcome: 'otel_events.outcome',
} as const;

/** The most cells of a report: beyond it a report is refused, and loggers make another one. */
export const MAX_CELLS = 5_000;

/** What one logger has emitted since its report before. */
export interface EmittedReport {
  /** `service.name` of its events. */
  readonly service: string;
  /** A random id of this logger in this process. */
  readonly logger: string;
  /** 1, 2, 3 …: a report that comes again is told by it. */
  readonly sequence: number;
  /** The logger closes, or its process ends. */
  readonly isLast: boolean;
  readonly cells: readonly EmittedCell[];
  /** By event name: emitted, and in no cell of any report yet. */
  readonly underWay: ReadonlyMap<string, number>;
}

/** Events of one name and one minute, all of which have come to their end. */
export interface EmittedCell {
  readonly name: string;
  /** Of their own time, in minutes of the Unix epoch. */
  readonly minute: number;
  readonly emitted: number;
  /** Those that did not reach the receiver: `sampled`, `filtered`, `dropped:REASON`, `rejected:REASON`. */
  readonly lost: ReadonlyMap<string, number>;
}
