/** More than a chart has pixels for: then those that are there have to do. */
const MAX_TIMES = 5000;

/** Beginnings of buckets, with those in between of which there are no rows: otherwise a line would be drawn past them. */
export function allTimes(some: Iterable<number>): readonly number[] {
  const times = [...new Set(some)].sort((one, other) => one - other);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || first === last) return times;
  const stepMs = Math.min(...times.slice(1).map((ms, at) => ms - (times[at] as number)));
  const count = (last - first) / stepMs + 1;
  // Buckets are of one length; what is not is left as it is.
  if (!Number.isInteger(count) || count > MAX_TIMES) return times;
  return Array.from({ length: count }, (_, at) => first + at * stepMs);
}
