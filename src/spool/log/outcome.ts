/** What became of one record with one sink. */
export type Outcome =
  /** `refused`: of a whole request, the items in it that the sink did not take, and why. */
  | { readonly column: 'acked'; readonly refused?: readonly Refused[] }
  | { readonly column: 'handedOver' }
  | { readonly column: 'rejected'; readonly reason: string }
  | { readonly column: 'dropped'; readonly reason: string };

/** Items within one record. */
export interface Refused {
  readonly count: number;
  readonly reason: string;
}

/** The sink has it. */
export const ACKED: Outcome = { column: 'acked' };
/** Another process delivers it now. */
export const HANDED_OVER: Outcome = { column: 'handedOver' };
/** The files that held it are gone, and nobody is seen to have them. */
export const LOST: Outcome = { column: 'dropped', reason: 'spool_lost' };

/** Records of one sink that were settled together. */
export interface Settlement {
  readonly sink: string;
  readonly outcome: Outcome;
  readonly count: number;
  /** How many of each event name. */
  readonly names: ReadonlyMap<string, number>;
  /** The position after each of them; undefined when they could not be read any more. */
  readonly positions: readonly number[] | undefined;
  /**
   * With `positions` undefined: whether the record that ends at this position is still there, in flight or
   * ahead. To be asked before the call that handed the settlement out returns.
   */
  readonly remains?: (position: number) => boolean;
}

/** A record that a dead owner left. */
export interface Found {
  /** Of the event, log record or span. */
  readonly name: string;
  /** Those that have not settled it. */
  readonly sinks: readonly string[];
  /** The position after it. */
  readonly end: number;
}
