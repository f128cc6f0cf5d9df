import type { Surroundings } from '../viewer/store/record/split-request.ts';

/** A store whose events are compared with those of files. Times are milliseconds of the Unix epoch. */
export interface StoreReader {
  /** As it is called in reports: `victorialogs`, `loki`, `viewer`. */
  readonly kind: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /**
   * What the store has of a stretch of time, by name and minute; undefined: this store cannot count ids that are
   * different, and all rows have to be looked at.
   * @throws OtelEventsError `STORE_FAILED`
   */
  counts?(fromMs: number, toMs: number): Promise<readonly StoreCount[] | undefined>;
  /** All rows of a stretch of time, from `fromMs` up to and without `toMs`. @throws OtelEventsError `STORE_FAILED` */
  rows(fromMs: number, toMs: number): AsyncIterable<StoreRow>;
  /**
   * Which of these ids the store has, whatever time it has them at.
   * @param fromMs - the time of the oldest of them
   */
  find(uids: readonly string[], fromMs: number): Promise<ReadonlySet<string>>;
  /** Where its OTLP goes. @throws OtelEventsError `STORE_FAILED`, `OPTION_INVALID` */
  intake(): Promise<Intake>;
  /** How long after an answer of 200 what was sent outlives a crash of the store, milliseconds. */
  settleMs(): Promise<number>;
}

/** Rows of one name in one minute. */
export interface StoreCount {
  readonly name: string;
  readonly minuteMs: number;
  /** Different ids; with an unknown `bare` the rows without an id as well. */
  readonly unique: number;
  /** Rows with an id. */
  readonly rows: number;
  /** Rows without an id; undefined: the store cannot tell them from the others. */
  readonly bare: number | undefined;
}

export interface StoreRow {
  /** '' without. */
  readonly uid: string;
  readonly name: string;
  readonly timeMs: number;
}

/** Where log records are posted as OTLP. */
export interface Intake {
  /** Whole, with the path for logs. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What is to surround a record there; undefined: the store cannot take it as it is. Default: what surrounds it in the file. */
  readonly prepare?: (around: Surroundings, record: Uint8Array) => Surroundings | undefined;
}
