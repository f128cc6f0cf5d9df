import type { TestContext } from 'node:test';

/** Whether this is the long form: `npm run test:faults -- --long`. */
export const IS_LONG: boolean = process.env.FAULTS === 'long';

/** Reports what a test did as `12 kills, 345 records`; `npm run test:faults` makes a table of these lines. */
export function reportCounts(t: TestContext, counts: Readonly<Record<string, number>>): void {
  t.diagnostic(
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
  );
}

/** Adds counts to others. */
export function addCounts(to: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [what, count] of Object.entries(counts)) to[what] = (to[what] ?? 0) + count;
}
