const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** Longer than what anybody writes. */
const MAX_LENGTH = 100;
const WHOLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * Nanoseconds of a duration as Go writes it, such as `-1h30m` or `1.5s`; undefined if it is none.
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseNanoseconds(text: string): bigint | undefined {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (text.length > MAX_LENGTH || !WHOLE.test(text)) return undefined;
  const total = [...text.matchAll(PART)].reduce((sum, [, whole = '', part = '', unit = '']) => {
    const scale = UNITS.get(unit) ?? 0n;
    return sum + BigInt(whole || '0') * scale + (BigInt(part || '0') * scale) / 10n ** BigInt(part.length);
  }, 0n);
  if (total >= 2n ** 63n) return undefined;
  return text.startsWith('-') ? -total : total;
}
