import { OtelEventsError } from '../../errors.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { categoriesOf } from './categories-of.ts';
import { type Facet, facetsOf, isSchema, listOf } from './facets-of.ts';
import type { Follow } from './follower-of.ts';

/** One step from a value to a part of it. */
export type Step =
  | { readonly kind: 'property'; readonly key: string }
  /** Any element of a list. */
  | { readonly kind: 'item' }
  /** Any property whose name matches. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** Any property that nothing else names. */
  | { readonly kind: 'other' };

/** A part of an event's data that its schema tells of. */
export interface Property {
  readonly steps: readonly Step[];
  /** As people write it: `items[].sku`. */
  readonly path: string;
  /** JSON Schema's names for the types it may have; none: any. */
  readonly types: readonly string[];
  /** The only values it may have, if they are listed. */
  readonly values: readonly unknown[] | undefined;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  /** It is of a schema that it stands in: what is in it is not told again. */
  readonly isRecursive: boolean;
  /** Categories of personal data. */
  readonly categories: readonly string[];
  readonly description: string | undefined;
  readonly examples: readonly unknown[];
}

/** What a `$ref` multiplies must end somewhere. */
const MAX_PROPERTIES = 5_000;

/**
 * All that a schema tells of its properties, parents first, by whichever keyword it is told. A schema that
 * contains itself is followed once.
 * @param follow - of this schema and all that it may refer to
 * @throws OtelEventsError `SCHEMA_INVALID` for more than 5,000 properties
 */
export function propertiesOf(json: JsonSchema, follow: Follow): Property[] {
  const found: Property[] = [];
  const ofWhole = categoriesOfWhole(json, follow);
  const visit = (facets: readonly Facet[], steps: readonly Step[], trail: readonly JsonSchema[]): void => {
    const inside = [...trail, ...facets.map(({ schema }) => schema)];
    for (const { step, schemas, isRequired } of partsOf(facets)) {
      const parts = schemas.flatMap((schema) => facetsOf(schema, follow));
      if (found.length >= MAX_PROPERTIES) throw tooMany(json);
      const path = [...steps, step];
      const isRecursive = parts.some(({ schema }) => inside.includes(schema));
      const property = toProperty(path, parts, isRequired);
      // What the whole has, its parts have: at the top, since what stands deeper goes with what it stands in.
      const categories =
        steps.length > 0 ? property.categories : unique([...ofWhole, ...property.categories]);
      found.push({ ...property, categories, isRecursive });
      if (!isRecursive) visit(parts, path, inside);
    }
  };
  visit(facetsOf(json, follow), [], []);
  return found;
}

/** The categories of an event's data as a whole. */
export function categoriesOfWhole(json: JsonSchema, follow: Follow): readonly string[] {
  return unique(facetsOf(json, follow).flatMap(categoriesOf));
}

/** A step as it is written behind what it starts from. */
function writtenStep(step: Step, isFirst = false): string {
  if (step.kind === 'item') return '[]';
  if (step.kind === 'pattern') return `[/${step.pattern}/]`;
  if (step.kind === 'other') return '[*]';
  if (!/^[\w$-]+$/.test(step.key)) return `[${JSON.stringify(step.key)}]`;
  return isFirst ? step.key : `.${step.key}`;
}

interface Part {
  readonly step: Step;
  readonly schemas: readonly unknown[];
  readonly isRequired: boolean;
}

/** The parts of a value, each with all that is said of it, in the order in which it is said. */
function partsOf(facets: readonly Facet[]): Part[] {
  const parts = new Map<string, { step: Step; schemas: unknown[] }>();
  const add = (step: Step, schema: unknown): void => {
    const key = JSON.stringify(step);
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { step, schemas: [schema] });
    else known.schemas.push(schema);
  };
  for (const { schema } of facets) {
    for (const [key, each] of entriesOf(schema.properties)) add({ kind: 'property', key }, each);
    for (const [pattern, each] of entriesOf(schema.patternProperties))
      add({ kind: 'pattern', pattern }, each);
    for (const keyword of ['additionalProperties', 'unevaluatedProperties']) {
      if (isSchema(schema[keyword])) add({ kind: 'other' }, schema[keyword]);
    }
    const items = [schema.items, schema.additionalItems, schema.unevaluatedItems, schema.contains];
    for (const each of [...items, ...listOf(schema.items), ...listOf(schema.prefixItems)]) {
      if (isSchema(each)) add({ kind: 'item' }, each);
    }
  }
  const required = new Set(
    facets.flatMap(({ schema, isCertain }) => (isCertain ? listOf(schema.required) : [])),
  );
  return [...parts.values()].map(({ step, schemas }) => ({
    step,
    schemas,
    isRequired: step.kind === 'property' && required.has(step.key),
  }));
}

function entriesOf(value: unknown): [string, unknown][] {
  return isSchema(value) ? Object.entries(value) : [];
}

function toProperty(
  steps: readonly Step[],
  facets: readonly Facet[],
  isRequired: boolean,
): Omit<Property, 'isRecursive'> {
  const schemas = facets.map(({ schema }) => schema);
  return {
    steps,
    path: steps.map((step, index) => writtenStep(step, index === 0)).join(''),
    types: unique(schemas.flatMap(({ type }) => (typeof type === 'string' ? [type] : listOf(type)))).map(
      String,
    ),
    values: valuesOf(schemas),
    isRequired,
    isDeprecated: schemas.some(({ deprecated }) => deprecated === true),
    categories: unique(facets.flatMap(categoriesOf)),
    description: schemas
      .map(({ description, title }) => description ?? title)
      .find((text): text is string => typeof text === 'string'),
    examples: unique(schemas.flatMap(({ examples }) => listOf(examples))),
  };
}

function valuesOf(schemas: readonly JsonSchema[]): readonly unknown[] | undefined {
  const values = schemas.flatMap((schema) => {
    if (Object.hasOwn(schema, 'const')) return [schema.const];
    return listOf(schema.enum);
  });
  return values.length === 0 ? undefined : unique(values);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function tooMany({ $id }: JsonSchema): OtelEventsError {
  const message = `the schema ${String($id)} tells of more than ${MAX_PROPERTIES} properties`;
  return new OtelEventsError('SCHEMA_INVALID', message, { fix: 'split it' });
}
