/**
 * The binary digits of pi behind its point, in words of 32 bits: what Blowfish begins with. They are worked out, which takes
 * milliseconds, and not written down.
 */
export function piWords(count: number): Uint32Array<ArrayBuffer> {
  // A few more than are wanted, for what the last digits lack.
  const bits = BigInt(32 * count);
  const guard = 64n;
  const one = 1n << (bits + guard);
  // Machin's formula.
  const pi = 16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one);
  const digits = (pi - 3n * one) >> guard;
  const words = new Uint32Array(count);
  const hex = digits.toString(16).padStart(8 * count, '0');
  for (let at = 0; at < count; at++) words[at] = Number.parseInt(hex.slice(8 * at, 8 * at + 8), 16);
  return words;
}

/** The sum of (-1)^n / ((2n + 1) x^(2n + 1)), as a multiple of 1 / `one`. */
function arctanOfInverse(x: bigint, one: bigint): bigint {
  const square = x * x;
  let power = one / x;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}
