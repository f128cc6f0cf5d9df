import { SEVERITIES, SEVERITIES_A_WORD } from '../query/severities.ts';
import { isUtc } from './settings.ts';

/** `2026-11-30 09:30:00.123`, in the zone of the settings. */
export function formatTime(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms)}`;
}

/** `09:30:00.123` */
export function formatClock(ms: number): string {
  return iso(ms).slice(11, 23);
}

/** `2026-11-30` */
export function formatDay(ms: number): string {
  return iso(ms).slice(0, 10);
}

/** Whether a clock alone would mislead: times of several days, or of another day than today. */
export function isOverDays(fromMs: number, toMs: number): boolean {
  return formatDay(fromMs) !== formatDay(toMs) || formatDay(toMs) !== formatDay(Date.now());
}

/** Milliseconds as `850 µs`, `12 ms`, `1.5 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 1) return `${digits(ms * 1000)} µs`;
  if (size < 1000) return `${digits(ms)} ms`;
  if (size < 60_000) return `${digits(ms / 1000)} s`;
  const sign = ms < 0 ? '-' : '';
  const [large, unit, small, smallUnit] =
    size < 3_600_000
      ? [60_000, 'min', 1000, 's']
      : size < 86_400_000
        ? [3_600_000, 'h', 60_000, 'min']
        : [86_400_000, 'd', 3_600_000, 'h'];
  const whole = Math.floor(size / large);
  const rest = Math.floor((size % large) / small);
  return `${sign}${whole} ${unit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

/** Three digits that say something. */
function digits(value: number): string {
  return formatCount(Number(value.toPrecision(3)));
}

/** With a comma between thousands. `toLocaleString` makes a formatter at each call, which took half of the first drawing. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}

/** A number that was worked out: at most three digits behind the point. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 1 : 3 });
}

export function formatShare(share: number): string {
  return `${(share * 100).toLocaleString('en', { maximumFractionDigits: share < 0.1 ? 2 : 1 })} %`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let value = bytes;
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024;
  return `${digits(value)} ${units[at]}`;
}

/** `1 event`, `2 events` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `error`, `warn` … of 1 to 24; empty for a row without a severity. */
export function severityName(severity: number): string {
  return SEVERITY_NAMES[severity] ?? '';
}

const SEVERITY_NAMES: readonly (string | undefined)[] = [...SEVERITIES].reduce<string[]>(
  (names, [name, from]) => names.fill(name, from, from + SEVERITIES_A_WORD),
  Array(25),
);

/** A value on one line: texts as they are, all else as JSON. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function iso(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '----------T--:--:--.---';
  if (isUtc()) return date.toISOString();
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString();
}

/** `2026-11-30 12:03` */
export function formatMinute(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms).slice(0, 5)}`;
}
