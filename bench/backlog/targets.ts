import { median } from '../report/median.ts';
import type { Target } from '../report/targets.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Backlog, type BacklogResults, nameOf, SDK } from './results.ts';

/** The backlog for which memory and rate are promised. */
const PROMISED = nameOf(1_000_000);
const MOST_MEMORY_MIB = 64;
/** Of the rate at which the SDK sends its queue. */
const LEAST_RATE = 3;
/** What counts as flat: rounds of one backlog differ as much. */
const FLAT = 1.5;

/** What this project has set itself, with what came out. */
export function backlogTargets(results: BacklogResults): Target[] {
  const rounds = results.backlogs[PROMISED];
  const most = (figure: (round: Backlog) => number): number | undefined =>
    rounds && Math.max(...rounds.map(figure));
  const none = (what: string, figure: (round: Backlog) => number): Target => ({
    what: `${what}, ${PROMISED}`,
    measured: most(figure),
    limit: 0,
    unit: '',
  });
  const memory = (when: string, figure: (round: Backlog) => number | undefined): Target => ({
    what: `memory grown ${when}, ${PROMISED}`,
    measured: most((round) => figure(round) ?? Number.NaN),
    limit: MOST_MEMORY_MIB,
    unit: ' MiB',
  });
  return [
    memory('while the sink is down', ({ outage }) => outage?.grownDownMiB),
    memory('while draining', ({ outage }) => outage?.grownDrainingMiB),
    none('lost', ({ lost }) => lost),
    none('out of order', ({ outOfOrder }) => outOfOrder),
    {
      what: 'duplicates, in batches of the largest size',
      measured: most(({ duplicates, largestRequest }) => duplicates / largestRequest),
      limit: 1,
      unit: '',
    },
    {
      what: `time to drain an event, of what the SDK takes from its queue (1/${LEAST_RATE})`,
      measured: timeRatio(rounds, results.backlogs[SDK]),
      limit: 1 / LEAST_RATE,
      unit: 'x',
    },
    ...(['appendUs', 'drainUs'] as const).map((key) => ({
      what: `CPU to ${key === 'appendUs' ? 'append' : 'drain'} an event, largest backlog of the cheapest smaller one`,
      measured: growth(figuresOf(results), key),
      limit: FLAT,
      unit: 'x',
    })),
  ];
}

function timeRatio(ours: Backlog[] | undefined, sdk: Backlog[] | undefined): number | undefined {
  if (ours === undefined || sdk === undefined) return undefined;
  const [own, theirs] = [ours, sdk].map((rounds) => median(rounds.map((round) => round.eventsPerSecond)));
  return (theirs as number) / (own as number);
}

/** Not of the smallest: that one may be dear for reasons of its own, and would hide a growth after it. */
function growth(figures: readonly Figures[], key: 'appendUs' | 'drainUs'): number | undefined {
  const last = figures.at(-1);
  const smaller = figures.slice(0, -1).map((figure) => figure[key]);
  return last && smaller.length > 0 ? last[key] / Math.min(...smaller) : undefined;
}
