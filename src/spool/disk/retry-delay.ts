/** Waits between two attempts, in milliseconds. */
export interface Backoff {
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
}

/** The longest that a destination may ask for: a day. Whoever says more has another unit in mind. */
const MAX_ASKED_MS = 24 * 60 * 60 * 1000;

/** No options and no answer make it a busy loop: what is none of these waits is not taken for one. */
const MIN_DELAY_MS = 1;
const DEFAULT: Backoff = { initialBackoffMs: 500, maxBackoffMs: 30_000 };

/**
 * How long to wait before the next attempt: exponential, with jitter in the upper half, so that many processes do
 * not come back in step. What the destination asked for is waited for instead, with a tenth of jitter on top; but
 * never less than the first backoff, or "at once" would be a busy loop.
 * @param failures - how many attempts in a row have failed before this one
 * @param asked - whatever it was that asked: only a number that is a time counts
 */
export function retryDelayMs(backoff: Backoff, failures: number, asked?: unknown): number {
  const { initialBackoffMs, maxBackoffMs } = usable(backoff);
  if (typeof asked === 'number' && asked >= 0) {
    return atLeast(withJitter(Math.max(Math.min(asked, MAX_ASKED_MS), initialBackoffMs)));
  }
  const ceilingMs = Math.min(maxBackoffMs, initialBackoffMs * 2 ** Math.min(failures, 20));
  return atLeast(ceilingMs / 2 + (Math.random() * ceilingMs) / 2);
}

/** The wait where only time or somebody can mend it: the longest interval. */
export function holdDelayMs(backoff: Backoff): number {
  return atLeast(withJitter(usable(backoff).maxBackoffMs));
}

function usable({ initialBackoffMs, maxBackoffMs }: Backoff): Backoff {
  return {
    initialBackoffMs: initialBackoffMs > 0 ? initialBackoffMs : DEFAULT.initialBackoffMs,
    maxBackoffMs: maxBackoffMs > 0 ? maxBackoffMs : DEFAULT.maxBackoffMs,
  };
}

function withJitter(ms: number): number {
  return ms * (1 + Math.random() / 10);
}

/** Not `Math.max`: that hands on what is not a number. */
function atLeast(ms: number): number {
  return ms > MIN_DELAY_MS ? ms : MIN_DELAY_MS;
}
