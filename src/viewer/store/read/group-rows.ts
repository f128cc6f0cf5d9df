import type { Column } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import { isCounted } from './field-columns.ts';
import type { Mask } from './mask.ts';

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
  const unset = groups.get(undefined) ?? NO_VALUE;
  const first = new Int32Array(rows).fill(mask === 'all' ? unset : NO_VALUE);
  if (mask instanceof Uint8Array && unset !== NO_VALUE) {
    for (let place = 0; place < rows; place++) if (mask[place] === 1) first[place] = unset;
  }
  const lists = [first];
  for (const column of columns) addColumn(lists, column, mask, groups, unset);
  return lists;
}

/** @param unset - what a row without a value has in the first list */
function addColumn(
  lists: Int32Array[],
  column: Column,
  mask: Mask,
  groups: ReadonlyMap<FacetValue | undefined, number>,
  unset: number,
): void {
  const [first] = lists as [Int32Array];
  const { codes, values, size, places } = column;
  const byCode = values === undefined ? undefined : groupsOf(values, groups);
  for (let at = 0; at < size; at++) {
    if (!isCounted(column, at, mask)) continue;
    const code = codes[at] as number;
    const group = byCode === undefined ? (groups.get(code) ?? OTHER) : (byCode[code] as number);
    const place = places === undefined ? at : (places[at] as number);
    const before = first[place] as number;
    if (before < 0 || before === unset) first[place] = group;
    else if (group >= 0) freeList(lists, place)[place] = group;
  }
}

/** The group of each value. */
function groupsOf(
  values: readonly FacetValue[],
  groups: ReadonlyMap<FacetValue | undefined, number>,
): Int32Array {
  const byCode = new Int32Array(values.length);
  // `Int32Array.from` with a function takes ten times as long.
  for (let code = 0; code < byCode.length; code++) byCode[code] = groups.get(values[code]) ?? OTHER;
  return byCode;
}

/** A list in which a row has no group yet. */
function freeList(lists: Int32Array[], place: number): Int32Array {
  let list = lists.slice(1).find((one) => (one[place] as number) < 0);
  if (list === undefined) {
    list = new Int32Array((lists[0] as Int32Array).length).fill(NO_VALUE);
    lists.push(list);
  }
  return list;
}
