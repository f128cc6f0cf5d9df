/** Some rows of a block: a 1 for each of them, or all, or none. */
export type Mask = Uint8Array | 'all' | 'none';

/** As bytes that may be changed. */
function bytesOfMask(mask: Mask, rows: number): Uint8Array {
  if (mask instanceof Uint8Array) return mask.slice();
  return new Uint8Array(rows).fill(mask === 'all' ? 1 : 0);
}

/** Rows that are in both. */
export function both(one: Mask, other: Mask): Mask {
  if (one === 'none' || other === 'none') return 'none';
  if (one === 'all') return other;
  if (other === 'all') return one;
  const result = new Uint8Array(one.length);
  let any = 0;
  for (let at = 0; at < one.length; at++) any |= result[at] = (one[at] as number) & (other[at] as number);
  return any === 0 ? 'none' : result;
}

/** Rows of the first that are not in the second. */
export function butNot(one: Mask, other: Mask, rows: number): Mask {
  if (one === 'none' || other === 'all') return 'none';
  if (other === 'none') return one;
  const result = bytesOfMask(one, rows);
  let any = 0;
  for (let at = 0; at < rows; at++) any |= result[at] = (result[at] as number) & ~(other[at] as number) & 1;
  return any === 0 ? 'none' : result;
}

/** Rows that are in one or the other. */
export function either(one: Mask, other: Mask): Mask {
  if (one === 'all' || other === 'all') return 'all';
  if (one === 'none') return other;
  if (other === 'none') return one;
  const result = new Uint8Array(one.length);
  for (let at = 0; at < one.length; at++) result[at] = (one[at] as number) | (other[at] as number);
  return result;
}

export function countOf(mask: Mask, rows: number): number {
  if (mask === 'none') return 0;
  if (mask === 'all') return rows;
  let count = 0;
  for (let at = 0; at < mask.length; at++) count += mask[at] as number;
  return count;
}

/** Whether a row is in it. */
export function isIn(mask: Mask, place: number): boolean {
  return mask instanceof Uint8Array ? mask[place] === 1 : mask === 'all';
}
