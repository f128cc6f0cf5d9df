/** Milliseconds of each unit. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
  ['m', 1],
  ['u', 1e-3],
  ['n', 1e-6],
]);

/** The largest number that the header may hold. */
const MAX_AMOUNT = 99_999_999;

/**
 * Milliseconds of a header `grpc-timeout`, such as `10S`; undefined for what is none.
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Timeout"
 */
export function parseTimeout(header: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  const unitMs = UNITS.get(unit);
  return unitMs === undefined ? undefined : Number(amount) * unitMs;
}

/** The header for a time, in the finest unit that holds it, rounded up. */
export function timeoutHeader(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole <= MAX_AMOUNT) return `${whole}m`;
  return `${Math.min(Math.ceil(ms / 1_000), MAX_AMOUNT)}S`;
}
