/** What became of one place. */
export interface Erased {
  /** A file. */
  readonly place: string;
  readonly kind: 'file';
  /** Log records, spans and data points of the person. */
  readonly found: number;
  readonly erased: number;
  /** Why something of it is left, or may be; what to do about it. */
  readonly problem?: string | undefined;
}
