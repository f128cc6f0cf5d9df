/** What each path and each pattern of a rule of the option `redact` has taken out of events. */
export interface RedactCounts {
  readonly paths: Readonly<Record<string, number>>;
  /** By name, or as they were given. */
  readonly patterns: Readonly<Record<string, number>>;
}

/** The count of one path or pattern. */
export interface Counter {
  readonly name: string;
  count: number;
}

/** Counts by name: those of equal ones are one. */
export function countsOf(counters: readonly Counter[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { name, count } of counters) counts.set(name, (counts.get(name) ?? 0) + count);
  return Object.fromEntries(counts);
}
