/** The most items that are read of a list from a caller: `new Array(2 ** 32 - 1)` takes no memory, and minutes to walk. */
export const MAX_ITEMS = 10_000;

/**
 * As `list.map(convert)`, of the first items only and without holes.
 * @param onCut - told how many items are left out, if any
 */
export function mapFirst<T, R>(
  list: readonly T[],
  convert: (item: T) => R,
  onCut?: (count: number) => void,
): R[] {
  const { length } = list;
  if (length > MAX_ITEMS) onCut?.(length - MAX_ITEMS);
  const mapped: R[] = [];
  for (let index = 0; index < length && index < MAX_ITEMS; index++) {
    if (index in list) mapped.push(convert(list[index] as T));
  }
  return mapped;
}

/** Whether it is a list, of no more items than are read, each of them accepted; a hole counts as undefined. */
export function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= MAX_ITEMS && Array.from(value).every(accepts);
}
