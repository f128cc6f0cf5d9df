import type { Column } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import { isCounted } from './field-columns.ts';
import { isIn, type Mask } from './mask.ts';
import { withAny } from './value-counts.ts';

/**
 * The groups that the rows of a block are in, by number, -1 of none. A row with several values is in several groups: then there
 * are several lists.
 * @param groups - the number of each value that has a group; undefined stands for rows without any
 */
export function groupRows(
  columns: readonly Column[],
  mask: Mask,
  rows: number,
  groups: ReadonlyMap<FacetValue | undefined, number>,
): Int32Array[] {
  const lists: Int32Array[] = [new Int32Array(rows).fill(-1)];
  for (const column of columns) addColumn(lists, column, mask, rows, groups);
  const without = groups.get(undefined);
  if (without !== undefined) {
    const [list] = lists as [Int32Array];
    const has = withAny(columns, rows, mask);
    for (let place = 0; place < rows; place++)
      if (has[place] === 0 && isIn(mask, place)) list[place] = without;
  }
  return lists;
}

function addColumn(
  lists: Int32Array[],
  column: Column,
  mask: Mask,
  rows: number,
  groups: ReadonlyMap<FacetValue | undefined, number>,
): void {
  const { codes, values, size, places } = column;
  const byCode = values?.map((value) => groups.get(value));
  for (let at = 0; at < size; at++) {
    const code = codes[at] as number;
    const group = byCode === undefined ? groups.get(code) : byCode[code];
    if (group === undefined || !isCounted(column, at, mask)) continue;
    const place = places === undefined ? at : (places[at] as number);
    let list = lists.find((one) => one[place] === -1);
    if (list === undefined) {
      list = new Int32Array(rows).fill(-1);
      lists.push(list);
    }
    list[place] = group;
  }
}
