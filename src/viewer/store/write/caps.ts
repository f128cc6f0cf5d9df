/** What a store may grow to; undefined: as far as it comes. Whole files go, oldest first. */
export interface Caps {
  readonly maxBytes?: number | undefined;
  /** Of the newest row in a file. */
  readonly maxAgeMs?: number | undefined;
}
