import { median } from '../report/median.ts';
import { type BacklogResults, nameOf } from './results.ts';

/** What an event of a backlog of ours has cost: medians of its rounds. */
export interface Figures {
  readonly count: number;
  readonly appendUs: number;
  readonly drainUs: number;
}

/** CPU an event of every backlog that was measured, smallest first. */
export function figuresOf({ settings, backlogs }: BacklogResults): Figures[] {
  return settings.counts.flatMap((count) => {
    const costs = (backlogs[nameOf(count)] ?? []).flatMap(({ outage = [] }) => outage);
    if (costs.length === 0) return [];
    return {
      count,
      appendUs: median(costs.map(({ append }) => append.cpuUs)) / count,
      drainUs: median(costs.map(({ drain }) => drain.cpuUs)) / count,
    };
  });
}
