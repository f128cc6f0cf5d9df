import type { Ledger } from '../delivery/ledger/accounts.ts';
import type { RedactCounts } from '../redact/redact-counts.ts';

/** What `stats()` of a logger gives: the account of its events, and what was taken out of them. */
export interface LoggerStats extends Ledger {
  /** What each rule of the option `redact` has taken out, in their order; undefined without the option. */
  readonly redact?: readonly RedactCounts[];
}
