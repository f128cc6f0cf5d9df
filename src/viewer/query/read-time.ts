import { nanosToMs } from '../../nanos-to-ms.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const DURATION = /^(?:\d+(?:\.\d+)?(?:us|ms|min|s|m|h|d|w))+$/;
const PART = /(\d+(?:\.\d+)?)(us|ms|min|s|m|h|d|w)/g;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;
const EPOCH = /^\d{10,19}$/;

/** Milliseconds of `500ms`, `1.5h` or `1d12h`; undefined if it is no duration. */
export function readDuration(text: string): number | undefined {
  if (text.length > 40 || !DURATION.test(text)) return undefined;
  return [...text.matchAll(PART)].reduce(
    (sum, [, n, unit = '']) => sum + Number(n) * (UNIT_MS[unit] ?? 0),
    0,
  );
}

/**
 * Milliseconds of the Unix epoch. A day or a time without a zone is one of this machine's zone; digits are seconds, milliseconds,
 * microseconds or nanoseconds by their number (10, 13, 16, 19). Undefined if it is no time.
 */
export function readTime(text: string): number | undefined {
  if (EPOCH.test(text)) return readEpoch(text);
  if (!DAY.test(text) && !TIME.test(text)) return undefined;
  // ECMAScript takes a day alone for one of UTC.
  const ms = Date.parse(DAY.test(text) ? `${text}T00:00` : text);
  return Number.isNaN(ms) || !isReal(text) ? undefined : ms;
}

export function isDay(text: string): boolean {
  return DAY.test(text);
}

function readEpoch(digits: string): number | undefined {
  const zeros = { 10: 9, 13: 6, 16: 3, 19: 0 }[digits.length];
  return zeros === undefined ? undefined : nanosToMs(BigInt(digits + '0'.repeat(zeros)));
}

/** Whether there is such a day: `Date.parse` takes the 31st of June for the 1st of July. */
function isReal(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
