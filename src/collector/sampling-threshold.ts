/** Probabilities are counted in 56 bits: of so many randomness values, those from a threshold on are sampled. */
export const NEVER = 2n ** 56n;
export const ALWAYS = 0n;

const DIGITS = 14;
const BITS = 4;
const MIN_PROBABILITY = 2 ** -56;

/**
 * The threshold of a probability; undefined for one that is out of range.
 * @param precision - hexadecimal digits that count
 * @see OpenTelemetry specification, "TraceState: Probability Sampling"
 */
export function thresholdOf(probability: number, precision: number): bigint | undefined {
  if (!(probability >= MIN_PROBABILITY && probability <= 1)) return undefined;
  if (probability === 1) return ALWAYS;
  // Close to 0 and close to 1 more digits are needed for the same precision.
  const zeros = (value: number): number => Math.trunc(exponentOf(value) / -BITS);
  const digits = Math.min(DIGITS, precision + Math.max(zeros(probability), zeros(1 - probability)));
  const threshold = NEVER - BigInt(Math.round(probability * 2 ** 56));
  const shift = BigInt(BITS * (DIGITS - digits));
  return shift === 0n ? threshold : ((threshold + (1n << (shift - 1n))) >> shift) << shift;
}

/** The power of two above a number. */
function exponentOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** The share of what is sampled with a threshold. */
export function probabilityOf(threshold: bigint): number {
  return Number(NEVER - threshold) / 2 ** 56;
}

/** A threshold as `th` writes it: without zeros at its end. */
export function thresholdText(threshold: bigint): string {
  if (threshold === ALWAYS) return '0';
  return threshold === NEVER ? '' : randomnessText(threshold).replace(/0+$/, '');
}

/** Undefined for a text that is no threshold. */
export function parseThreshold(text: string): bigint | undefined {
  return /^[0-9a-fA-F]{1,14}$/.test(text) ? BigInt(`0x${text.padEnd(DIGITS, '0')}`) : undefined;
}

/** A randomness as `rv` writes it. */
export function randomnessText(randomness: bigint): string {
  return randomness.toString(16).padStart(DIGITS, '0');
}

/** Undefined for a text that is no randomness. */
export function parseRandomness(text: string): bigint | undefined {
  return /^[0-9a-fA-F]{14}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}
