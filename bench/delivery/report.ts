import { CONTENDERS, type ContenderName } from '../contenders/contenders.ts';
import type { Rounds } from '../process/interleave.ts';
import { aboutText } from '../report/about.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { median } from '../report/median.ts';
import { targetsTable } from '../report/targets.ts';
import type { Burst } from './burst-program.ts';
import type { Latency } from './latency-program.ts';
import type { DeliveryResults, DeliverySettings } from './results.ts';
import { deliveryTargets } from './targets.ts';
import type { Throughput } from './throughput-program.ts';

type Row = Readonly<Record<string, string>>;

/** A run as Markdown: what is printed, and what stands in docs/benchmarks.md. */
export function deliveryReport(results: DeliveryResults): string {
  const { settings, failures } = results;
  const count = settings.count.toLocaleString('en');
  return [
    aboutText(results.about),
    `### Cost of ${count} events in bursts of 256, all delivered (medians of ${settings.rounds} rounds)`,
    markdownTable(throughputRows(results.throughput, settings)),
    `### One synchronous burst of ${count} events`,
    markdownTable(burstRows(results.burst, settings)),
    `### 20,000 events/s for ${settings.latencySeconds} s (medians of ${settings.latencyRounds} rounds)`,
    markdownTable(latencyRows(results.latency)),
    '### Targets',
    targetsTable(deliveryTargets(results)),
    ...failures.map(({ part, contender, message }) => `**Broken**: ${part} of ${contender}: ${message}`),
  ].join('\n\n');
}

function throughputRows(throughput: DeliveryResults['throughput'], { count }: DeliverySettings): Row[] {
  const cpu = (name: ContenderName): number | undefined => {
    const rounds = throughput[name];
    return rounds && median(rounds.map(({ cpuUs }) => cpuUs)) / count;
  };
  const ratioOf = (ours: ContenderName, name: ContenderName): string => {
    const [mine, theirs] = [cpu(ours), cpu(name)];
    return mine === undefined || theirs === undefined ? '–' : `${(mine / theirs).toFixed(2)}x`;
  };
  return rowsOf(throughput, (name, rounds: readonly Throughput[]) => {
    const each = rounds.map(({ cpuUs }) => cpuUs / count);
    const lost = Math.max(...rounds.map((round) => round.lost));
    const bytes = median(rounds.map((round) => round.bytesAnEvent));
    return {
      'CPU µs an event': median(each).toFixed(2),
      'all rounds': `${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)}`,
      'memory / it': ratioOf('otel-events memory', name),
      'os / it': ratioOf('otel-events os', name),
      'disk / it': ratioOf('otel-events disk', name),
      lost: CONTENDERS[name].arrival === 'nowhere' ? '–' : lostText(lost),
      'bytes an event': bytes === 0 ? '–' : bytes.toFixed(0),
      'wall ms / 100,000': ((median(rounds.map(({ wallMs }) => wallMs)) / count) * 100_000).toFixed(0),
    };
  });
}

function burstRows(burst: DeliveryResults['burst'], { count }: DeliverySettings): Row[] {
  return rowsOf(burst, (_name, [round]: readonly Burst[]) => {
    const { arrived, duplicates, wallMs } = round as Burst;
    return {
      arrive: arrived.toLocaleString('en'),
      lost: lostText(count - arrived),
      duplicates: duplicates.toLocaleString('en'),
      'wall ms': wallMs.toFixed(0),
    };
  });
}

function latencyRows(latency: DeliveryResults['latency']): Row[] {
  return rowsOf(latency, (_name, rounds: readonly Latency[]) => {
    const of = (key: keyof Latency): number => median(rounds.map((round) => round[key]));
    return {
      'p50 µs': of('p50Us').toFixed(2),
      'p99 µs': of('p99Us').toFixed(1),
      'p99.9 µs': of('p999Us').toFixed(0),
      'loop delay p99.9 ms': of('loopDelayP999Ms').toFixed(2),
      'CPU µs an event': of('cpuUsPerEvent').toFixed(1),
      'events/s': of('eventsPerSecond').toFixed(0),
      lost: lostText(Math.max(...rounds.map(({ lost }) => lost))),
    };
  });
}

/** A run that loses is marked: its other figures are those of someone who did less. */
function lostText(lost: number): string {
  return lost === 0 ? '0' : `**${lost.toLocaleString('en')}**`;
}

function rowsOf<Value>(
  rounds: Rounds<ContenderName, Value>,
  row: (name: ContenderName, rounds: readonly Value[]) => Row,
): Row[] {
  return (Object.entries(rounds) as [ContenderName, Value[]][]).map(([name, values]) => ({
    contender: name,
    ...row(name, values),
  }));
}
