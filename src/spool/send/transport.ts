import type { OtelEventsError } from '../../errors.ts';
import type { SpoolBatch } from '../log/cursor.ts';
import type { Refused } from '../log/outcome.ts';

/** What a destination said to one attempt. */
export type Answer =
  /**
   * It has them. `refused` of them it will never take (OTLP partial success), or those with the indexes `which`.
   * `answer` is what it said to that; with none refused, `error` is a warning of its. `within`: of a batch that is
   * one whole request, the items in it that were not taken.
   */
  | {
      readonly kind: 'delivered';
      readonly refused?: number;
      readonly which?: readonly number[];
      readonly within?: readonly Refused[];
      readonly reason?: string;
      readonly error?: OtelEventsError;
      readonly answer?: string;
    }
  /** Not now: 429, 502, 503, 504, no connection, no answer. `afterMs` is the wait it asked for. */
  | { readonly kind: 'retry'; readonly afterMs?: number; readonly error: OtelEventsError }
  /**
   * It says nothing about the records (3xx, 401, 403, 404, 500 ...): they stay, tried at the longest interval.
   * `mayPass`: time may mend it (408, 5xx), and not only somebody.
   */
  | { readonly kind: 'hold'; readonly error: OtelEventsError; readonly mayPass?: boolean }
  /** 413: fewer at once. A single record that is too large is refused, for the error's `reason`. */
  | { readonly kind: 'too_large'; readonly error: OtelEventsError }
  /**
   * 400, 422: at least one of them is bad. `answer` is what the destination said, for the dead letter only.
   * `doubt`: as long as the destination has accepted nothing, it may be the request that is bad; what to check then.
   */
  | {
      readonly kind: 'invalid';
      readonly reason: string;
      readonly error: OtelEventsError;
      readonly answer?: string;
      readonly doubt?: string;
    }
  /** Final for the whole batch (an exporter function that said so). */
  | { readonly kind: 'refused'; readonly reason: string; readonly error: OtelEventsError };

/**
 * Sends one batch once. Never rejects for what the destination does; if it does reject, that counts as
 * `retry`. `signal` aborts when nobody waits for the answer any more.
 */
export type Transport = (batch: SpoolBatch, signal: AbortSignal) => Promise<Answer>;
