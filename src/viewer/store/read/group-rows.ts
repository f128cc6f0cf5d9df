import type { Column } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import { isCounted } from './field-columns.ts';
import { isIn, type Mask } from './mask.ts';

/** Of a row in no group: without a value, and with others only. */
const [NO_VALUE, OTHER] = [-1, -2];

/**
 * The groups that the rows of a block are in, by number, less than 0 of none. A row with several values is in several groups:
 * then there are several lists.
 * @param groups - the number of each value that has a group; undefined stands for rows without any
 */
export function groupRows(
  columns: readonly Column[],
  mask: Mask,
  rows: number,
  groups: ReadonlyMap<FacetValue | undefined, number>,
): Int32Array[] {
  const first = new Int32Array(rows).fill(NO_VALUE);
  const lists = [first];
  for (const column of columns) addColumn(lists, column, mask, rows, groups);
  const without = groups.get(undefined);
  if (without !== undefined) {
    for (let place = 0; place < rows; place++) {
      if (first[place] === NO_VALUE && isIn(mask, place)) first[place] = without;
    }
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
  const [first] = lists as [Int32Array];
  const { codes, values, size, places } = column;
  const byCode =
    values === undefined ? undefined : Int32Array.from(values, (value) => groups.get(value) ?? OTHER);
  for (let at = 0; at < size; at++) {
    if (!isCounted(column, at, mask)) continue;
    const code = codes[at] as number;
    const group = byCode === undefined ? (groups.get(code) ?? OTHER) : (byCode[code] as number);
    const place = places === undefined ? at : (places[at] as number);
    if ((first[place] as number) < 0) first[place] = group;
    else if (group >= 0) freeList(lists, place, rows)[place] = group;
  }
}

/** A list in which a row has no group yet. */
function freeList(lists: Int32Array[], place: number, rows: number): Int32Array {
  let list = lists.find((one) => (one[place] as number) < 0);
  if (list === undefined) {
    list = new Int32Array(rows).fill(NO_VALUE);
    lists.push(list);
  }
  return list;
}
