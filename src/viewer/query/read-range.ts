import type { TimeRange } from './query.ts';
import { isDay, readDuration, readTime } from './read-time.ts';

/** What says when, with an example of each. */
export const RANGE_NAMES: ReadonlyMap<string, string> = new Map([
  ['last', 'last:2h'],
  ['since', 'since:2026-11-30T09:30 or since:2h'],
  ['until', 'until:2026-11-30 or until:30m'],
  ['on', 'on:2026-11-30, on:today or on:yesterday'],
]);

export function isRangeName(name: string): boolean {
  return RANGE_NAMES.has(name);
}

/** @returns undefined if the text is no time for that name */
export function readRange(name: string, text: string, nowMs: number): TimeRange | undefined {
  if (name === 'on') return readDay(text, nowMs);
  const ago = readDuration(text);
  if (name === 'last') return ago === undefined || ago === 0 ? undefined : { fromMs: nowMs - ago };
  const ms = ago === undefined ? readTime(text) : nowMs - ago;
  if (ms === undefined) return undefined;
  if (name === 'since') return { fromMs: ms };
  // Until a day is with all of it.
  return { toMs: isDay(text) ? dayAfter(ms) : ms };
}

function readDay(text: string, nowMs: number): TimeRange | undefined {
  const fromMs =
    text === 'today' || text === 'yesterday'
      ? midnight(nowMs, text === 'today' ? 0 : -1)
      : isDay(text)
        ? readTime(text)
        : undefined;
  return fromMs === undefined ? undefined : { fromMs, toMs: dayAfter(fromMs) };
}

/** Of this machine's zone; a day of it may have 23 or 25 hours. */
function midnight(ms: number, days: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

function dayAfter(ms: number): number {
  return midnight(ms, 1);
}
