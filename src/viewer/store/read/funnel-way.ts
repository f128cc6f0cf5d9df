/** What somebody did that fits a step or several, in order of time. */
export interface StepEvent {
  readonly timeMs: number;
  readonly seq: number;
  /** A bit for each step that it fits. */
  readonly steps: number;
  /** By what a funnel is split: the number of its value, -1 without one. */
  readonly split: number;
}

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

/**
 * The furthest way through the steps, one after the other within a time from the first. For each step that way is held that began
 * last: if any way leads further, this one does.
 */
export function funnelWay(events: readonly StepEvent[], steps: number, windowMs: number): Way {
  const chains: (Chain | undefined)[] = new Array(steps).fill(undefined);
  const tookMs: number[] = [];
  let reached = 0;
  let last: StepEvent | undefined;
  let split = -1;
  for (const event of events) {
    // From the last step down: one event is not two steps of one way.
    for (let step = steps - 1; step >= 0; step--) {
      if ((event.steps & (1 << step)) === 0) continue;
      const before =
        step === 0 ? { startMs: event.timeMs, lastMs: event.timeMs, split: event.split } : chains[step - 1];
      if (before === undefined || event.timeMs - before.startMs > windowMs) continue;
      const known = chains[step];
      if (known === undefined || before.startMs > known.startMs) {
        chains[step] = { startMs: before.startMs, lastMs: event.timeMs, split: before.split };
      }
      if (step !== reached) continue;
      reached++;
      tookMs.push(event.timeMs - before.lastMs);
      last = event;
      split = before.split;
    }
    if (reached === steps) break;
  }
  return { reached, lastMs: last?.timeMs ?? 0, lastSeq: last?.seq ?? 0, tookMs, split };
}
