import { median } from '../report/median.ts';

/** After divided by before, pair by pair. */
export interface Ratio {
  readonly median: number;
  /** The ends of an interval that holds the true median in at least 95 of 100 runs. */
  readonly low: number;
  readonly high: number;
}

/**
 * The interval is the distribution-free one: between the k-th smallest and the k-th largest ratio, k from the binomial
 * distribution, so that one disturbed pair does not move it.
 * @throws RangeError for fewer than 6 pairs: their widest interval holds less than 95 %
 */
export function ratioOf(after: readonly number[], before: readonly number[]): Ratio {
  const ratios = after.map((value, pair) => value / (before[pair] as number)).toSorted((a, b) => a - b);
  const skipped = skippedEachSide(ratios.length);
  return {
    median: median(ratios),
    low: ratios[skipped] as number,
    high: ratios[ratios.length - 1 - skipped] as number,
  };
}

/** How many of the smallest, and of the largest, may be left out with at most 2.5 % of chance on each side. */
function skippedEachSide(count: number): number {
  let [chance, tail, skipped] = [0.5 ** count, 0, -1];
  for (let below = 0; tail + chance <= 0.025; below++) {
    tail += chance;
    chance *= (count - below) / (below + 1);
    skipped = below;
  }
  if (skipped < 0) throw new RangeError(`${count} pairs are too few for an interval: 6 at least`);
  return skipped;
}
