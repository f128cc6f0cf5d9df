import type { Answer } from './transport.ts';

/** Records of a batch that follow each other and have the same fate: from an index up to, not including, another. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly isRejected: boolean;
}

/**
 * Which records of a batch that was taken were refused all the same. OTLP's partial success does not say which it
 * means, and the last ones are taken for them.
 */
export function rejectedOf(
  { refused = 0, which }: Extract<Answer, { kind: 'delivered' }>,
  count: number,
): { readonly lost: number; readonly runs: readonly Run[]; readonly isGuess: boolean } {
  if (which !== undefined) {
    const runs = runsOf(new Set(which), count);
    const lost = runs.reduce((sum, { from, to, isRejected }) => sum + (isRejected ? to - from : 0), 0);
    return { lost, runs, isGuess: false };
  }
  const lost = Math.min(count, Math.max(0, Math.trunc(refused) || 0));
  const runs = [
    { from: 0, to: count - lost, isRejected: false },
    { from: count - lost, to: count, isRejected: true },
  ].filter(({ from, to }) => to > from);
  return { lost, runs, isGuess: lost > 0 && count > 1 };
}

function runsOf(which: ReadonlySet<number>, count: number): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let to = 1; to <= count; to++) {
    const isRejected = which.has(from);
    if (to < count && which.has(to) === isRejected) continue;
    runs.push({ from, to, isRejected });
    from = to;
  }
  return runs;
}
