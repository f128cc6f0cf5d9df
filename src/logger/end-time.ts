import { toEpochTime } from '../epoch-time.ts';
import type { EpochTime, Event } from '../event.ts';
import { kindOf } from '../kind-of.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { EndOptions } from './options.ts';
import { unusableTime } from './unusable-time.ts';

/** When a scope ended, as its event has it. */
interface EndTime {
  readonly time: EpochTime;
  /** What was given for its end, else for its start, and is no time. */
  readonly givenTime: string | undefined;
}

/** As the caller says, and no earlier than it started; else now. Never throws. */
export function endTime(
  options: EndOptions | undefined,
  { time: startTime, givenTime }: Event,
  now: EpochTime,
  diagnostics: Diagnostics,
): EndTime {
  let given: unknown;
  try {
    given = options?.timestamp;
    if (given === undefined || given === null) return { time: now, givenTime };
    const time = toEpochTime(given);
    if (time !== undefined) return { time: isBefore(time, startTime) ? startTime : time, givenTime };
    return { time: now, givenTime: unusableTime(given, diagnostics) };
  } catch {
    // A getter, a proxy or a `toString` threw.
    return { time: now, givenTime: given === undefined ? '[Unreadable]' : kindOf(given) };
  }
}

function isBefore(one: EpochTime, other: EpochTime): boolean {
  return one[0] === other[0] ? one[1] < other[1] : one[0] < other[0];
}
