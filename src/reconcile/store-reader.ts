/** A store whose events are compared with those of files. Times are milliseconds of the Unix epoch. */
export interface StoreReader {
  /** As it is called in reports: `victorialogs`, `loki`, `viewer`. */
  readonly kind: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** All rows of a stretch of time, from `fromMs` up to and without `toMs`. @throws OtelEventsError `STORE_FAILED` */
  rows(fromMs: number, toMs: number): AsyncIterable<StoreRow>;
}

export interface StoreRow {
  /** '' without. */
  readonly uid: string;
  readonly name: string;
  readonly timeMs: number;
}
