import type { Failure, Rounds } from '../process/interleave.ts';
import type { About } from '../report/about.ts';
import type { Outage } from './outage-program.ts';

/** What `npm run bench:backlog` can be told. */
export interface BacklogSettings {
  readonly warmUp: number;
  /** Events logged while the sink is down, smallest first; each a point of the chart. */
  readonly counts: readonly number[];
  /** Events in the queue of the stock SDK. */
  readonly sdkCount: number;
  readonly rounds: number;
}

/** What the sink saw of a backlog. */
export interface Drained {
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly largestRequest: number;
  /** Between the first and the last request after the sink came back. */
  readonly eventsPerSecond: number;
}

/** One backlog of ours, or one queue of the SDK, which has had no outage. */
export interface Backlog extends Drained {
  readonly outage?: Outage;
}

/** All that a run has measured; `results/backlog.json`. */
export interface BacklogResults {
  readonly about: About;
  readonly settings: BacklogSettings;
  /** By `nameOf(count)`, and the SDK by `SDK`. */
  readonly backlogs: Rounds<string, Backlog>;
  readonly failures: readonly Failure[];
}

export const SDK = 'OTel SDK, from its queue';

/** What a backlog of `count` events is called in tables. */
export function nameOf(count: number): string {
  return `${count.toLocaleString('en')} events of backlog`;
}
