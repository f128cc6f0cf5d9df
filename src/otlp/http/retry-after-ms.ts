/** The three forms of an HTTP date. @see RFC 9110, section 5.6.7 */
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = '\\d\\d:\\d\\d:\\d\\d';
const DATES = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d\\d-${MONTH}-\\d\\d ${TIME} GMT$`),
];
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`);
const SECONDS = /^\d+$/;

/**
 * Milliseconds from a `Retry-After` header; undefined for what is neither of its two forms. `Date.parse` takes nearly
 * anything for a date: `1.5`, `-1` and `abc 3` are days of 2001.
 * @see RFC 9110, section 10.2.3: delay in seconds, or an HTTP date
 */
export function retryAfterMs(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  const value = header?.trim() ?? '';
  if (SECONDS.test(value)) return Number(value) * 1000;
  const isDate = DATES.some((form) => form.test(value));
  // Without a zone `Date.parse` would take it for local time.
  const dateMs = Date.parse(isDate ? value : ASCTIME.test(value) ? `${value} GMT` : '');
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
