import type { StepEvents } from './step-events.ts';

/** How far somebody came. */
export interface Way {
  /** How many steps. */
  readonly reached: number;
  /** When the last of these was. */
  readonly lastMs: number;
  readonly lastSeq: number;
  /** From the step before to each step, the first time that it was reached; of the first step 0. */
  readonly tookMs: readonly number[];
  /** Of the event with which the way began. */
  readonly split: number;
}

interface Chain {
  readonly startMs: number;
  readonly lastMs: number;
  readonly split: number;
}

/** Of those who came to no step. */
const NO_WAY: Way = { reached: 0, lastMs: 0, lastSeq: 0, tookMs: [], split: -1 };

/**
 * The furthest way through the steps, one after the other within a time from the first. For each step that way is held that began
 * last: if any way leads further, this one does.
 * @param own - where somebody's events are, in order of time
 */
export function funnelWay(events: StepEvents, own: Int32Array, steps: number, windowMs: number): Way {
  if (own.length === 0) return NO_WAY;
  const chains: (Chain | undefined)[] = new Array(steps).fill(undefined);
  const tookMs: number[] = [];
  let [reached, last, split] = [0, -1, -1];
  for (const at of own) {
    const timeMs = events.times[at] as number;
    const fits = events.steps[at] as number;
    // From the last step down: one event is not two steps of one way.
    for (let step = Math.min(reached, steps - 1); step >= 0; step--) {
      if ((fits & (1 << step)) === 0) continue;
      const before =
        step === 0
          ? { startMs: timeMs, lastMs: timeMs, split: events.splits[at] as number }
          : chains[step - 1];
      if (before === undefined || timeMs - before.startMs > windowMs) continue;
      const known = chains[step];
      if (known === undefined || before.startMs > known.startMs) {
        chains[step] = { startMs: before.startMs, lastMs: timeMs, split: before.split };
      }
      if (step !== reached) continue;
      reached++;
      tookMs.push(timeMs - before.lastMs);
      last = at;
      split = before.split;
    }
    if (reached === steps) break;
  }
  if (last === -1) return NO_WAY;
  return {
    reached,
    lastMs: events.times[last] as number,
    lastSeq: events.seqs[last] as number,
    tookMs,
    split,
  };
}
