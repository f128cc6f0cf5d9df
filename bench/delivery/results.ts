import type { ContenderName } from '../contenders/contenders.ts';
import type { Failure, Rounds } from '../process/interleave.ts';
import type { About } from '../report/about.ts';
import type { Burst } from './burst-program.ts';
import type { Latency } from './latency-program.ts';
import type { Throughput } from './throughput-program.ts';

/** What `npm run bench:delivery` can be told. */
export interface DeliverySettings {
  /** Events a contender, in the first two parts. */
  readonly count: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly latencyRounds: number;
  readonly latencySeconds: number;
}

/** All that a run has measured, every round of it; `results/delivery.json`. */
export interface DeliveryResults {
  readonly about: About;
  readonly settings: DeliverySettings;
  readonly throughput: Rounds<ContenderName, Throughput>;
  readonly burst: Rounds<ContenderName, Burst>;
  readonly latency: Rounds<ContenderName, Latency>;
  readonly failures: readonly Failure[];
}
