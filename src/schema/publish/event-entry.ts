import type { JsonSchema } from '../drafts/json-schema.ts';

/** An event as tools tell of it: documentation, registries, rules for collectors. */
export interface EventEntry {
  /** What its records are called: the defined name, else the schema's `$id`. */
  readonly name: string;
  readonly schemaId: string;
  /** As text. */
  readonly version: string;
  readonly description: string | undefined;
  readonly category: string | undefined;
  readonly severity: number | string | undefined;
  readonly json: JsonSchema;
}

/** The entries by name and version, so that what is made of them does not depend on the order of files. */
export function inOrder(entries: readonly EventEntry[]): EventEntry[] {
  return [...entries].sort((a, b) => compare(a.name, b.name) || compareVersions(a.version, b.version));
}

/** For each name the entry of the highest version, in the order of {@link inOrder}. */
export function newestOf(entries: readonly EventEntry[]): EventEntry[] {
  return [...new Map(inOrder(entries).map((entry) => [entry.name, entry])).values()];
}

/** Not by the language of the machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `2` is before `10`, `1.9` before `1.10`, and `1-9-0` before `1-10-0`: negative if `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [ours, theirs] = [a.split(/[.-]/), b.split(/[.-]/)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const [left = '', right = ''] = [ours[index], theirs[index]];
    const areNumbers = /^\d+$/.test(left) && /^\d+$/.test(right);
    const order = areNumbers ? Number(left) - Number(right) : compare(left, right);
    if (order !== 0) return order;
  }
  return 0;
}
