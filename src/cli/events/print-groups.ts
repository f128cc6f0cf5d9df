import type { FacetValue, Group } from '../../viewer/store/event-store.ts';
import { fitTable } from '../output/fit-table.ts';
import type { NumberStyle } from '../output/human.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/to-table.ts';
import { localClock, localDay } from './local-time.ts';
import type { AskedStat } from './read-stats.ts';
import { valueText } from './value-text.ts';

/** What groups were asked for. */
export interface AskedGroups {
  readonly by: string | undefined;
  readonly overMs: number | undefined;
  readonly stats: readonly AskedStat[];
}

const BAR_WIDTH = 24;

interface Counted {
  readonly count: number;
  readonly stats: readonly (number | undefined)[];
}

/** Prints counts and other numbers, by the values of a field, and over time if that was asked. */
export async function printGroups(
  output: Output,
  groups: readonly Group[],
  { by, overMs, stats }: AskedGroups,
  style: NumberStyle,
): Promise<void> {
  const numbers = ({ count, stats }: Counted): string[] => [style.count(count), ...stats.map(numberText)];
  const most = Math.max(0, ...groups.flatMap(({ over = [] }) => over.map(({ count }) => count)));
  // One line for each time: there a bar tells more than the number.
  const hasBar = overMs !== undefined && by === undefined && output.isTerminal;
  const columns: Column[] = [
    ...(overMs === undefined ? [] : [{ title: 'FROM' }]),
    ...(by === undefined ? [] : [{ title: by.toUpperCase() }]),
    { title: 'COUNT', alignRight: true },
    ...stats.map(({ stat, field }) => ({ title: `${stat}(${field})`.toUpperCase(), alignRight: true })),
    ...(hasBar ? [{ title: '' }] : []),
  ];
  const rows =
    overMs === undefined
      ? groups.map((group) => [...(by === undefined ? [] : [valueText(group.value)]), ...numbers(group)])
      : inTime(groups).map(({ fromMs, value, numbers: counted }) => [
          timeText(fromMs),
          ...(by === undefined ? [] : [valueText(value)]),
          ...numbers(counted),
          ...(hasBar ? ['█'.repeat(Math.max(1, Math.round((BAR_WIDTH * counted.count) / most)))] : []),
        ]);
  for (const line of fitTable(columns, rows, { width: output.width })) await output.line(line);
}

interface AtTime {
  readonly fromMs: number;
  readonly value: FacetValue | undefined;
  readonly numbers: Counted;
}

/** Buckets in order of time; within one the groups in theirs. */
function inTime(groups: readonly Group[]): AtTime[] {
  return groups
    .flatMap(({ value, over = [] }) => over.map((numbers) => ({ fromMs: numbers.fromMs, value, numbers })))
    .sort((one, other) => one.fromMs - other.fromMs);
}

function timeText(ms: number): string {
  const clock = localClock(ms).replace(/(?::00)?\.000$/, '');
  return `${localDay(ms)} ${clock}`;
}

/** A viewer tells by `null` that there is no number. */
function numberText(value: number | null | undefined): string {
  return value === undefined || value === null ? '-' : String(Number(value.toPrecision(6)));
}
