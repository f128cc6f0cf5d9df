const NANOS_PER_MICRO = 1000n;
const MICROS_PER_SECOND = 1_000_000n;

/**
 * A time in UTC as the originals write it, with microseconds: `2012-05-23T10:18:09.123456+00:00`. As theirs,
 * a whole second has no fraction. What is finer than a microsecond is cut.
 */
export function isoTime(unixNano: bigint): string {
  const micros = unixNano / NANOS_PER_MICRO;
  const seconds = new Date(Number(micros / MICROS_PER_SECOND) * 1000).toISOString().slice(0, 19);
  const fraction = micros % MICROS_PER_SECOND;
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`;
}
