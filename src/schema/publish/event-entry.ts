import { compareTexts, compareVersions } from '../document/compare-versions.ts';
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
  return [...entries].sort((a, b) => compareTexts(a.name, b.name) || compareVersions(a.version, b.version));
}

/** For each name the entry of the highest version, in the order of {@link inOrder}. */
export function newestOf(entries: readonly EventEntry[]): EventEntry[] {
  return [...new Map(inOrder(entries).map((entry) => [entry.name, entry])).values()];
}
