/** The time to write digits grows faster than their number: a bigint of a few million bits takes seconds. */
const MAX_BITS = 4096;

const TOO_LONG = `[BigInt of more than ${MAX_BITS} bits]`;

/** The digits of a bigint; of one that nobody has as a number, what it is. */
export function bigintText(value: bigint): string {
  return BigInt.asIntN(MAX_BITS, value) === value ? String(value) : TOO_LONG;
}
