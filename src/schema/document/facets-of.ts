import type { JsonSchema } from '../drafts/json-schema.ts';
import type { Follow } from './follower-of.ts';

/** A schema that holds for a value. */
export interface Facet {
  readonly schema: JsonSchema;
  /** Whether it holds for every value: not the one that `anyOf` or `if` may choose. */
  readonly isCertain: boolean;
}

const CERTAIN = ['allOf'];
const CHOICES = ['anyOf', 'oneOf'];
const SINGLE = ['if', 'then', 'else', 'not'];

/** A schema and all that hold for the same value with it, by whichever keyword. */
export function facetsOf(schema: unknown, follow: Follow): Facet[] {
  const facets: Facet[] = [];
  const seen = new Set<object>();
  const visit = (given: unknown, isCertain: boolean): void => {
    if (!isSchema(given) || seen.has(given)) return;
    seen.add(given);
    facets.push({ schema: given, isCertain });
    if (typeof given.$ref === 'string') visit(follow(given).schema, isCertain);
    for (const keyword of CERTAIN) for (const each of listOf(given[keyword])) visit(each, isCertain);
    for (const keyword of CHOICES) for (const each of listOf(given[keyword])) visit(each, false);
    for (const keyword of SINGLE) visit(given[keyword], false);
    for (const keyword of ['dependentSchemas', 'dependencies']) {
      for (const each of Object.values(isSchema(given[keyword]) ? given[keyword] : {})) visit(each, false);
    }
  };
  visit(schema, true);
  return facets;
}

/** Whether it is a schema with keywords: `true` and `false` say nothing about a value's parts. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of what should be a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
