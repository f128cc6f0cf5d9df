/**
 * Timers and clocks as they were when this was loaded. A test that fakes those of its globals (fake timers of Jest,
 * Vitest, Sinon, `node:test`) fakes the app's time; what delivers events, and what waits for that, goes on in the real
 * one. Only the time that an event is given follows `Date`, faked or not: see `logger/clock.ts`.
 */
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

export { performance };

export const { clearTimeout, clearInterval, setImmediate } = timers;
// Taken now: fakes replace them on the module.
const { setTimeout: startTimeout, setInterval: startInterval } = timers;

/** What a timer can wait: Node.js takes anything longer, `Infinity` too, for a millisecond. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** As the global one; a longer wait than a timer has is the longest that it has. */
export function setTimeout(callback: () => void, ms?: number): NodeJS.Timeout {
  return startTimeout(callback, ms === undefined ? ms : Math.min(ms, MAX_TIMER_MS));
}

/** As the global one, with the same bound as {@link setTimeout}. */
export function setInterval(callback: () => void, ms: number): NodeJS.Timeout {
  return startInterval(callback, Math.min(ms, MAX_TIMER_MS));
}

const { now } = Date;

/** Milliseconds since the epoch by the clock of the machine. */
export const wallClockMs = (): number => now();

/** What `promise` resolves to, or undefined when the time is up first. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
