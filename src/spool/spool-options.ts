import type { StorageOptions } from '../delivery-options.ts';
import type { OtelEventsError } from '../errors.ts';
import { wallClockMs } from '../time.ts';
import type { RecordSource } from './log/cursor.ts';
import type { Contents } from './log/layout.ts';
import type { Found, Settlement } from './log/outcome.ts';
import type { Owner } from './owner/owner.ts';

/** Where a {@link Spool} lies, in a sub-directory of its own, and what it may take. */
export interface SpoolOptions extends StorageOptions {
  /** The most that waits in memory while the directory cannot be written. Default 64 MiB. */
  readonly maxMemoryBytes?: number;
  /** Default 8 MiB. */
  readonly segmentBytes?: number;
  /** What is appended: encoded fields, or whole requests. Default `records`. */
  readonly holds?: Contents;
  /** How much of what is written is kept in memory as well, for readers that keep up. Default 4 MiB. */
  readonly tailBytes?: number;
  readonly heartbeatMs?: number;
  readonly retryMs?: number;
  /** Epoch milliseconds. Default: the clock of the machine, whatever a test makes of `Date`. */
  readonly now?: () => number;
  /** Default: this thread of this process. */
  readonly owner?: Owner;
  /**
   * Whatever becomes of a record, once: acknowledged, rejected, dropped or handed over. `source` is the spool
   * or the leftover that held it. Reasons of `dropped` are `queue_full`, `expired`, `corrupt`, `spool_lost`,
   * `closed`, and what the caller of a drop said. What `append` refused was never in: it is not told of here.
   */
  readonly onSettled?: (source: RecordSource, settlement: Settlement) => void;
  /** For each record found in a leftover and pending there, before anything of it is delivered. */
  readonly onFound?: (source: RecordSource, found: Found) => void;
  /** After each turn in which something was appended, when it was written, or writing it failed. */
  readonly onTurn?: () => void;
  /** Once per outage of the directory, once per burst of drops. */
  readonly onError?: (error: OtelEventsError) => void;
}

/** After defaults. */
export type ResolvedSpoolOptions = Required<Omit<SpoolOptions, 'spool' | 'owner'>>;

const MIB = 1024 * 1024;

/** Fills in what was not given. */
export function withDefaults(options: SpoolOptions): ResolvedSpoolOptions {
  const durability = options.durability ?? (options.spool === undefined ? 'memory' : 'os');
  const {
    maxBytes = durability === 'memory' ? 64 * MIB : 1024 * MIB,
    maxMemoryBytes = 64 * MIB,
    maxAgeMs = Number.POSITIVE_INFINITY,
    onFull = 'drop-oldest',
    segmentBytes = 8 * MIB,
    holds = 'records',
    tailBytes = 4 * MIB,
    heartbeatMs = 5_000,
    retryMs = 100,
    now = wallClockMs,
    onSettled = () => {},
    onFound = () => {},
    onTurn = () => {},
    onError = () => {},
  } = options;
  return {
    durability,
    maxBytes,
    maxMemoryBytes,
    maxAgeMs,
    onFull,
    segmentBytes,
    holds,
    tailBytes,
    heartbeatMs,
    retryMs,
    now,
    onSettled: guard(onSettled),
    onFound: guard(onFound),
    onTurn: guard(onTurn),
    onError: guard(onError),
  };
}

/** A listener that throws must not stop what it is told of half-way, nor is there anybody left to tell. */
function guard<Args extends readonly unknown[]>(listener: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch {
      // See above.
    }
  };
}
