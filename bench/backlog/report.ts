import { aboutText } from '../report/about.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { median } from '../report/median.ts';
import { targetsTable } from '../report/targets.ts';
import { figuresOf } from './figures.ts';
import { type Backlog, type BacklogResults, nameOf } from './results.ts';
import { backlogTargets } from './targets.ts';

/** A run as Markdown: what is printed, and what stands in docs/benchmarks.md. */
export function backlogReport(results: BacklogResults): string {
  const { settings, failures } = results;
  return [
    aboutText(results.about),
    `### Logged at level os while the sink was down, then delivered (medians of ${settings.rounds} rounds)`,
    markdownTable(rowsOf(results)),
    `The queue of the SDK held ${settings.sdkCount.toLocaleString('en')} events.`,
    '### Targets',
    targetsTable(backlogTargets(results)),
    ...failures.map(({ contender, message }) => `**Broken**: ${contender}: ${message}`),
  ].join('\n\n');
}

function rowsOf(results: BacklogResults): Record<string, string>[] {
  const figures = new Map(figuresOf(results).map((figure) => [nameOf(figure.count), figure]));
  return Object.entries(results.backlogs).map(([name, rounds = []]) => {
    const own = figures.get(name);
    const most = (figure: (round: Backlog) => number | undefined): string => {
      const all = rounds.map(figure).filter((value) => value !== undefined);
      return all.length === 0 ? '–' : Math.round(Math.max(...all)).toLocaleString('en');
    };
    return {
      backlog: name,
      'CPU µs to append': own?.appendUs.toFixed(2) ?? '–',
      'CPU µs to drain': own?.drainUs.toFixed(2) ?? '–',
      'drained events/s': Math.round(median(rounds.map((round) => round.eventsPerSecond))).toLocaleString(
        'en',
      ),
      lost: most(({ lost }) => lost),
      duplicates: most(({ duplicates }) => duplicates),
      'out of order': most(({ outOfOrder }) => outOfOrder),
      'MiB grown, down': most(({ outage }) => outage?.grownDownMiB),
      'MiB grown, draining': most(({ outage }) => outage?.grownDrainingMiB),
      'MiB at most, in all': most(({ outage }) => outage?.peakMiB),
    };
  });
}
