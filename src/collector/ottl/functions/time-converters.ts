import { StatementFailure } from '../failure.ts';
import { timeWriter } from '../format-time.ts';
import { converter, type OttlFunction } from '../function.ts';
import { duration, fixedString, int, optional, string, time } from '../parameter.ts';
import { parseNanoseconds } from '../parse-nanoseconds.ts';
import { TimeFormat } from '../time-format.ts';
import { Duration, Instant, type Value } from '../value.ts';

const NANOS = { microsecond: 1_000n, millisecond: 1_000_000n, second: 1_000_000_000n };

const parseTime = converter(
  'Time',
  { time: string, format: fixedString, location: optional(fixedString), locale: optional(fixedString) },
  ({ time: textOf, format, location, locale }) => {
    if (format === '') throw new StatementFailure('format is empty');
    if (locale !== undefined && !/^en\b/i.test(locale))
      throw new StatementFailure('this engine knows the names of months in English only');
    const known = new TimeFormat(format, location);
    return (row) => known.parse(textOf(row));
  },
);

const parseDuration = converter('Duration', { duration: string }, ({ duration: textOf }) => (row) => {
  const nanoseconds = parseNanoseconds(textOf(row));
  if (nanoseconds === undefined) throw new StatementFailure('a text that is no duration such as 1h30m');
  return new Duration(nanoseconds);
});

const unix = converter(
  'Unix',
  { seconds: int, nanoseconds: optional(int) },
  ({ seconds, nanoseconds }) =>
    (row) =>
      new Instant(BigInt.asIntN(64, seconds(row) * NANOS.second + (nanoseconds?.(row) ?? 0n))),
);

const formatTime = converter('FormatTime', { time, format: fixedString }, ({ time: instantIn, format }) => {
  if (format === '') throw new StatementFailure('format is empty');
  const write = timeWriter(format);
  return (row) => write(instantIn(row));
});

/** From the year 1 to 1970: Go counts whole durations from there. */
const YEAR_ONE_NANOS = 62_135_596_800n * NANOS.second;

const truncateTime = converter(
  'TruncateTime',
  { time, duration },
  ({ time: instantIn, duration: durationIn }) =>
    (row) => {
      const instant = instantIn(row);
      const { nanoseconds } = durationIn(row);
      if (nanoseconds <= 0n) return instant;
      const since = instant.unixNano + YEAR_ONE_NANOS;
      return new Instant(since - (since % nanoseconds) - YEAR_ONE_NANOS, instant.offsetSeconds);
    },
);

function ofTime(name: string, read: (instant: Instant) => Value): OttlFunction {
  return converter(
    name,
    { time },
    ({ time: instantIn }) =>
      (row) =>
        read(instantIn(row)),
  );
}

function ofDuration(name: string, read: (nanoseconds: bigint) => Value): OttlFunction {
  return converter(
    name,
    { duration },
    ({ duration: durationIn }) =>
      (row) =>
        read(durationIn(row).nanoseconds),
  );
}

/** A quotient downwards, as times before 1970 count. */
function floored(nanos: bigint, unit: bigint): bigint {
  return (nanos - (((nanos % unit) + unit) % unit)) / unit;
}

/** Converters of times and durations. */
export const TIME_CONVERTERS: readonly OttlFunction[] = [
  converter('Now', {}, () => () => new Instant(BigInt(Date.now()) * NANOS.millisecond)),
  parseTime,
  formatTime,
  truncateTime,
  parseDuration,
  unix,
  ofTime('UnixNano', ({ unixNano }) => unixNano),
  ofTime('UnixMicro', ({ unixNano }) => floored(unixNano, NANOS.microsecond)),
  ofTime('UnixMilli', ({ unixNano }) => floored(unixNano, NANOS.millisecond)),
  ofTime('UnixSeconds', ({ unixNano }) => floored(unixNano, NANOS.second)),
  ofTime('Year', ({ shown }) => BigInt(shown.getUTCFullYear())),
  ofTime('Month', ({ shown }) => BigInt(shown.getUTCMonth() + 1)),
  ofTime('Day', ({ shown }) => BigInt(shown.getUTCDate())),
  ofTime('Weekday', ({ shown }) => BigInt(shown.getUTCDay())),
  ofTime('Hour', ({ shown }) => BigInt(shown.getUTCHours())),
  ofTime('Minute', ({ shown }) => BigInt(shown.getUTCMinutes())),
  ofTime('Second', ({ shown }) => BigInt(shown.getUTCSeconds())),
  ofTime('Nanosecond', ({ nanoseconds }) => BigInt(nanoseconds)),
  ofDuration('Hours', (nanos) => Number(nanos) / 3.6e12),
  ofDuration('Minutes', (nanos) => Number(nanos) / 6e10),
  ofDuration('Seconds', (nanos) => Number(nanos) / 1e9),
  ofDuration('Milliseconds', (nanos) => nanos / NANOS.millisecond),
  ofDuration('Microseconds', (nanos) => nanos / NANOS.microsecond),
  ofDuration('Nanoseconds', (nanos) => nanos),
];
