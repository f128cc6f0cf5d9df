import type { FacetValue, Group } from '../../viewer/store/event-store.ts';
import { fitTable } from '../output/fit-table.ts';
import type { NumberStyle } from '../output/human.ts';
import type { Output } from '../output/output.ts';

/** Prints a count for each value of a field. */
export async function printGroups(
  output: Output,
  by: string,
  groups: readonly Group[],
  style: NumberStyle,
): Promise<void> {
  const columns = [{ title: by.toUpperCase() }, { title: 'COUNT', alignRight: true }];
  const rows = groups.map(({ value, count }) => [valueText(value), style.count(count)]);
  for (const line of fitTable(columns, rows, { width: output.width })) await output.line(line);
}

function valueText(value: FacetValue | undefined): string {
  return value === undefined ? '(none)' : String(value);
}
