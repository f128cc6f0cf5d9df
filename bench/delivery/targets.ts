import type { ContenderName } from '../contenders/contenders.ts';
import { median } from '../report/median.ts';
import type { Target } from '../report/targets.ts';
import type { DeliveryResults } from './results.ts';

/** Who must keep what he promises, at every level. */
const OURS: readonly ContenderName[] = ['otel-events memory', 'otel-events os', 'otel-events disk'];
/** The level whose cost is promised: the default when there is a spool directory. */
const PROMISED = 'otel-events os';

/** The most CPU an event may cost of what it costs the peer. */
const CPU_RATIOS = [
  ['OTel SDK, JSON', 0.4],
  ['OTel SDK, protobuf', 0.45],
  ['pino to a file', 0.45],
  ['pino to a file, asynchronous', 0.45],
  ['posthog-node', 0.15],
  ['segment', 0.08],
] as const;

const PINO = ['pino to a file', 'pino to a file, asynchronous'] as const;
const LATENCY_RATIOS = [
  ['p50Us', 'p50 of log()', 1],
  ['p999Us', 'p99.9 of log()', 1.5],
  ['loopDelayP999Ms', 'event-loop delay p99.9', 1],
] as const;

/** What this project has set itself, with what came out. */
export function deliveryTargets({ throughput, burst, latency, settings }: DeliveryResults): Target[] {
  const ratio = <Value>(
    rounds: Partial<Record<ContenderName, Value[]>>,
    peer: ContenderName,
    figure: (value: Value) => number,
  ): number | undefined => {
    const [ours, theirs] = [rounds[PROMISED], rounds[peer]];
    if (ours === undefined || theirs === undefined) return undefined;
    return median(ours.map(figure)) / median(theirs.map(figure));
  };
  return [
    ...CPU_RATIOS.map(([peer, limit]) => ({
      what: `CPU an event, os, of ${peer}`,
      measured: ratio(throughput, peer, ({ cpuUs }) => cpuUs),
      limit,
      unit: 'x',
    })),
    ...OURS.map((ours) => ({
      what: `lost in any round, ${ours}`,
      measured: most(throughput[ours]?.map(({ lost }) => lost)),
      limit: 0,
      unit: '',
    })),
    ...OURS.map((ours) => ({
      what: `lost of one synchronous burst, ${ours}`,
      measured: most(burst[ours]?.map(({ arrived }) => settings.count - arrived)),
      limit: 0,
      unit: '',
    })),
    ...PINO.flatMap((pino) =>
      LATENCY_RATIOS.map(([key, name, limit]) => ({
        what: `${name}, os, of ${pino}`,
        measured: ratio(latency, pino, (value) => value[key]),
        limit,
        unit: 'x',
      })),
    ),
  ];
}

function most(numbers: readonly number[] | undefined): number | undefined {
  return numbers === undefined ? undefined : Math.max(...numbers);
}
