import { toEpochTime } from '../epoch-time.ts';
import type { EpochTime } from '../event.ts';
import { performance } from '../time.ts';

/** A wall clock ahead of ours by more than this has been set (or the machine has slept): follow it. */
const MAX_LAG_MS = 5;

/** How often the wall clock is looked at. */
const LOOK_EVERY_MS = 1;

let originSeconds = Math.floor(performance.timeOrigin / 1000);
let lookedMs = 0;
let originNanos = Math.round((performance.timeOrigin % 1000) * 1e6);

/** A `Date` that fake timers have put in its place is another one, or says so if it was there before us. */
const RealDate = (Date as { isFake?: boolean }).isFake === true ? undefined : Date;

/**
 * Now, with sub-microsecond steps, never going back within a process. A wall clock that is set back is not
 * followed, so that the order of events stays true; one that is set forward is. While a test fakes `Date`, that is
 * the time, in milliseconds, wherever it goes.
 */
export function epochNow(): EpochTime {
  if (Date !== RealDate) return toEpochTime(Date.now()) ?? [0, 0];
  const runMs = performance.now();
  if (runMs - lookedMs > LOOK_EVERY_MS) lookAtWallClock(runMs);
  const runSeconds = Math.floor(runMs / 1000);
  const nanos = originNanos + Math.round((runMs - runSeconds * 1000) * 1e6);
  return nanos < 1e9 ? [originSeconds + runSeconds, nanos] : [originSeconds + runSeconds + 1, nanos - 1e9];
}

/** Milliseconds since the epoch, with a fraction. */
export function toEpochMs([seconds, nanos]: EpochTime): number {
  return seconds * 1000 + nanos / 1e6;
}

/** Seconds since the epoch, with a fraction. */
export function toEpochSeconds([seconds, nanos]: EpochTime): number {
  return seconds + nanos / 1e9;
}

function lookAtWallClock(runMs: number): void {
  lookedMs = runMs;
  const lagMs = Date.now() - (originSeconds * 1000 + originNanos / 1e6 + runMs);
  if (lagMs > MAX_LAG_MS) advance(lagMs);
}

function advance(ms: number): void {
  const nanos = originNanos + Math.round((ms % 1000) * 1e6);
  originSeconds += Math.floor(ms / 1000) + Math.floor(nanos / 1e9);
  originNanos = nanos % 1e9;
}
