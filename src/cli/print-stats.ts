import type { CollectorConfig } from '../collector/read-config.ts';
import type { Collector, CollectorStats } from '../collector/run-collector.ts';
import { clearInterval, performance, setInterval } from '../time.ts';
import { fitTable } from './output/fit-table.ts';
import { humanStyle } from './output/human.ts';
import type { Column } from './output/to-table.ts';

/** Counts at a time, by the clock that only goes forwards. */
interface StatsAt {
  readonly stats: CollectorStats;
  readonly atMs: number;
}

/** For a terminal that does not say how wide it is, and for files. */
const WIDTH = 80;

const COLUMNS: readonly Column[] = [
  { title: 'component' },
  ...['taken', 'refused', 'sent', 'dropped', 'queued', '/s'].map((title) => ({ title, alignRight: true })),
];

/** One line of the table, before it is one. */
interface Row {
  readonly name: string;
  readonly taken?: number;
  readonly refused?: number;
  readonly sent?: number;
  readonly dropped?: number;
  readonly queued?: number;
}

/**
 * Prints what the collector has counted, each `everyMs` and when it ends.
 * @returns what prints it for the last time
 */
export function printStats(collector: Collector, everyMs: number, write: (text: string) => void): () => void {
  let before: StatsAt = { stats: collector.stats(), atMs: performance.now() };
  const print = (what: string): void => {
    const now: StatsAt = { stats: collector.stats(), atMs: performance.now() };
    const width = process.stdout.columns || WIDTH;
    const lines = statsLines(collector.config, before, now, width);
    write([`${new Date().toISOString()} ${what}`, ...lines, ''].map((line) => `${line}\n`).join(''));
    before = now;
  };
  const timer = setInterval(() => print('since the start'), everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    print('at the end');
  };
}

/** A table with a line for each component, and why what was dropped was. */
function statsLines(config: CollectorConfig, before: StatsAt, now: StatsAt, width: number): string[] {
  const { count } = humanStyle(0);
  const seconds = (now.atMs - before.atMs) / 1000;
  const earlier = new Map(rowsOf(config, before.stats).map(({ name, taken = 0 }) => [name, taken]));
  const rows = rowsOf(config, now.stats).map(({ name, taken, ...others }) => {
    const rate = taken === undefined ? undefined : (taken - (earlier.get(name) ?? 0)) / seconds;
    const cells = [
      taken,
      others.refused,
      others.sent,
      others.dropped,
      others.queued,
      rate && Math.round(rate),
    ];
    return [name, ...cells.map((cell) => (cell === undefined ? '' : count(cell)))];
  });
  const reasons = Object.entries(now.stats.exporters).flatMap(([id, { dropReasons = {} }]) =>
    Object.entries(dropReasons).map(([reason, items]) => `dropped by ${id}: ${reason} ${count(items)}`),
  );
  return [...fitTable(COLUMNS, rows, { width }), ...reasons];
}

function rowsOf({ service: { pipelines } }: CollectorConfig, stats: CollectorStats): Row[] {
  const receivers = Object.entries(stats.receivers).flatMap(
    ([id, { accepted, refused, invalidRequests }]) => {
      const fed = pipelines.filter((pipeline) => pipeline.receivers.includes(id));
      const signals = new Set(fed.map(({ signal }) => signal));
      return [
        ...[...signals].map((signal): Row => {
          return { name: `${id} ${signal}`, taken: accepted[signal], refused: refused[signal] };
        }),
        ...(invalidRequests > 0 ? [{ name: `${id} requests`, refused: invalidRequests }] : []),
      ];
    },
  );
  const processors = Object.entries(stats.processors).map(([id, { incoming, outgoing }]): Row => {
    return { name: id, taken: incoming, sent: outgoing };
  });
  const exporters = Object.entries(stats.exporters).map(([id, { sent, failed, dropped, queued }]): Row => {
    return { name: id, taken: sent + dropped + queued, refused: failed, sent, dropped, queued };
  });
  return [...receivers, ...processors, ...exporters];
}
