/** 2^53 has 16 digits, what 64 bits hold at most 19, and a sign. */
const [LEAST_LENGTH, MOST_LENGTH] = [16, 20];
const LARGE = /^-?[1-9]\d{15,18}$/;

/**
 * The integer that a text stands for, if a number could not hold it: of 64 bits, and beyond 2^53. Rows have such integers as
 * texts, as OTLP/JSON has. Undefined of every other value.
 */
export function largeInteger(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || value.length < LEAST_LENGTH || value.length > MOST_LENGTH)
    return undefined;
  if (!LARGE.test(value)) return undefined;
  if (Number.isSafeInteger(Number(value))) return undefined;
  const integer = BigInt(value);
  return integer === BigInt.asIntN(64, integer) ? integer : undefined;
}
