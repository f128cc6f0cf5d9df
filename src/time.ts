/**
 * Timers and clocks as they were when this was loaded. A test that fakes those of its globals (fake timers of Jest,
 * Vitest, Sinon, `node:test`) fakes the app's time; what delivers events, and what waits for that, goes on in the real
 * one. Only the time that an event is given follows `Date`, faked or not: see `logger/clock.ts`.
 */
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

export { performance };

export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;

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
