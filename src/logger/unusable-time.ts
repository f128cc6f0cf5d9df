import types from 'node:util/types';
import { kindOf } from '../kind-of.ts';
import { standIn } from '../otlp/values/stand-in.ts';
import { warn as warnOfType } from './checked-options.ts';
import type { Diagnostics } from './diagnostics.ts';
import { textOf } from './text-of.ts';

/** What is shown of a time that cannot be used: nothing but times has such characters. */
const TIME_LIKE = /^[-+\d.,:/ TZe]{1,64}$/;

/** Said once; what was given stays with the event, since its own time is another. @returns what the event shows of it */
export function unusableTime(timestamp: unknown, diagnostics: Diagnostics): string {
  const wanted = 'wanted a date from 1970 to 2553, epoch milliseconds or epoch nanoseconds as bigint';
  const hint =
    typeof timestamp === 'number' && timestamp > 0
      ? '; microseconds and nanoseconds are no milliseconds'
      : '';
  const option = `option timestamp of an event: ${wanted}`;
  warnOfType(diagnostics, 'timestamp', option, timestamp, `now is used${hint}`);
  const text = types.isDate(timestamp) ? String(standIn(timestamp)) : textOf(timestamp);
  return TIME_LIKE.test(text) || text === 'Invalid Date' ? text : kindOf(timestamp);
}
