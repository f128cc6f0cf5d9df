/** `2` is before `10`, `1.9` before `1.10`, and `1-9-0` before `1-10-0`: negative if `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [ours, theirs] = [a.split(/[.-]/), b.split(/[.-]/)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const [left = '', right = ''] = [ours[index], theirs[index]];
    const areNumbers = /^\d+$/.test(left) && /^\d+$/.test(right);
    const order = areNumbers ? Number(left) - Number(right) : compareTexts(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Not by the language of the machine. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
