/** One thing that is wrong with an event. Never holds the value itself. */
export interface Issue {
  /** JSON pointer into the data, such as `/items/0/sku`; empty for the data as a whole. */
  readonly path: string;
  /** What was wanted: `a string`, `at least 1`, `a known property`. */
  readonly expected: string;
  /** What kind of value was there: `a number`, `nothing`, `an object`. */
  readonly got: string;
}

/** What a validation found: the data that passes on, or what is wrong. */
export type Validated =
  | { readonly value: Readonly<Record<string, unknown>>; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };
