/** How numbers are shown: for a person at a terminal, or exactly, for whatever reads a pipe. */
export interface NumberStyle {
  bytes(count: number): string;
  count(count: number): string;
  /** A point in time, epoch milliseconds; `-` for none. */
  time(ms: number | undefined): string;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const SPANS: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Sizes in binary units, times as ages. */
export function humanStyle(nowMs: number): NumberStyle {
  return {
    bytes: humanBytes,
    count: (count) => count.toLocaleString('en-US'),
    time: (ms) => (ms === undefined ? '-' : humanAge(nowMs - ms)),
  };
}

/** Plain digits, times in ISO 8601. */
export const EXACT_STYLE: NumberStyle = {
  bytes: String,
  count: String,
  time: isoTime,
};

/** A number with the noun it counts, `1 file`, `2 files`. */
export function counted(count: number, noun: string, style: NumberStyle = humanStyle(0)): string {
  return `${style.count(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** ISO 8601 in UTC; `-` for none and for what is no time. */
export function isoTime(ms: number | undefined): string {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString();
}

function humanBytes(count: number): string {
  let [value, unit] = [count, 0];
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

function humanAge(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const [name, length] = SPANS.find(([, span]) => seconds >= span) ?? ['s', 1];
  const age = `${Math.floor(seconds / length)} ${name}`;
  return ms < -1000 ? `in ${age}` : age;
}
