import type { Row } from './row.ts';

/** What is done at each level of a request, from the outside inwards. False takes away what the row stands at. */
export interface Visit {
  readonly resource?: (row: Row) => boolean;
  readonly scope?: (row: Row) => boolean;
  /** A log record, a span or a metric; before what is inside of it. */
  readonly record?: (row: Row) => boolean;
  /** An event of a span, or a data point of a metric. */
  readonly inner?: (row: Row) => boolean;
  /** Whether a scope without records, and a resource without scopes, is taken away too. */
  readonly dropsEmpty?: boolean;
}
