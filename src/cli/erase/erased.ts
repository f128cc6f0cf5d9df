/** What became of one place. */
export interface Erased {
  /** A file, a directory or an address. */
  readonly place: string;
  readonly kind: 'file' | 'spool' | 'dead letters' | 'viewer' | 'cache' | 'victorialogs';
  /** Log records, spans and data points of the person; of `cache` stores that were made of files. */
  readonly found: number;
  readonly erased: number;
  /** Why something of it is left, or may be; what to do about it. */
  readonly problem?: string | undefined;
  /** What was dropped, or would be, since nobody can read it and it holds an id, or may; undefined: nothing. */
  readonly dropped?: string | undefined;
}

/** What is to happen in all places. */
export interface EraseOptions {
  /** Nothing is changed. */
  readonly dryRun: boolean;
  /** What cannot be read, and holds an id or may, goes too. */
  readonly dropUnreadable: boolean;
}
