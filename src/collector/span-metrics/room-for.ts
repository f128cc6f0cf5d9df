/**
 * How many spans a count takes. A span says itself how many it stands for, up to 2 ^ 56: one whose claim would make the count
 * more than numbers hold exactly counts for itself, and in the end for nothing. A count that wraps would be no sum any more.
 */
export function roomFor(sum: number, claimed: number): number {
  if (sum + claimed <= Number.MAX_SAFE_INTEGER) return claimed;
  return sum < Number.MAX_SAFE_INTEGER ? 1 : 0;
}
