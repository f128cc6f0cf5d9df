/** A time of day to the nanosecond with a zone. Jupyter's clients write `+00:00Z`. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\dZ?)$/;

/** How far clocks of clients may be ahead, in milliseconds. */
const MAX_AHEAD_MS = 5 * 60_000;

/** A time that a client sent; undefined if it is no ISO 8601 with a zone, before 1970 or in the future. */
export function readTimestamp(text: unknown, nowMs: number): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const [, year, month, day] = ISO.exec(text) ?? [];
  if (day === undefined) return undefined;
  // The thirtieth of February is in March for a Date.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined;
  const date = new Date(text.replace(/([+-]\d\d:\d\d)Z$/, '$1'));
  const ms = date.getTime();
  return ms >= 0 && ms <= nowMs + MAX_AHEAD_MS ? date : undefined;
}
