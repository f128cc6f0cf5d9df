import { OtelEventsError } from '../../errors.ts';
import { isPlain } from '../../is-plain.ts';
import { type Follow, followerOf } from '../document/follower-of.ts';
import type { SchemaNode } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

/** Categories by place, as JSON pointers. */
export type Personal = Readonly<Record<string, readonly string[]>>;

type Schema = { readonly [keyword: string]: unknown };

/** A schema with the categories at a place; undefined: it has no such place. */
type Marked = Schema | undefined;

const LISTS = ['allOf', 'anyOf', 'oneOf'];
const SINGLE = ['if', 'then', 'else', 'not'];

/** What is said once in a document, and not by the copy of a part of it. */
const ONCE = new Set(['$id', '$schema', '$anchor', '$dynamicAnchor', '$defs', 'definitions', 'version']);

/**
 * A copy of a schema with categories at the places that pointers such as `/user/email` or `/items/0/card` lead to:
 * through unions, records, tuples and references too. `*` is every item, or every value of a record.
 * @throws OtelEventsError `SCHEMA_INVALID` for a pointer that leads nowhere
 */
export function withPersonal(schema: JsonSchema, personal: Personal, name: string): JsonSchema {
  return Object.entries(personal).reduce((json: Schema, [pointer, categories]) => {
    const marked = new Marker(json, categories, pointer, name).mark(json, stepsOf(pointer, name));
    if (marked !== undefined) return marked;
    throw invalid(
      name,
      `personal: the schema declares nothing at ${pointer}`,
      'it takes JSON pointers to what is declared: /user/email, /items/*/card',
    );
  }, schema) as JsonSchema;
}

/** @throws OtelEventsError `SCHEMA_INVALID` for what is no categories by place */
export function checkPersonal(personal: unknown, name: string): asserts personal is Personal {
  const wanted = "wanted an object such as { '/user/email': ['contact'] }";
  if (typeof personal !== 'object' || personal === null || !isPlain(personal)) {
    throw invalid(name, `personal: ${wanted}`);
  }
  for (const [pointer, categories] of Object.entries(personal)) {
    const areNames = Array.isArray(categories) && categories.length > 0 && categories.every(isName);
    if (!areNames)
      throw invalid(name, `personal: ${pointer}: wanted a list of categories, such as ['contact']`);
  }
}

/** Whether a schema has the place that a pointer leads to, as far as it tells. */
export function hasPlace(schema: JsonSchema, pointer: string, name: string, depth = Infinity): boolean {
  const steps = stepsOf(pointer, name).slice(0, depth);
  return new Marker(schema, [], pointer, name).mark(schema, steps) !== undefined;
}

class Marker {
  readonly #json: Schema;
  readonly #categories: readonly string[];
  readonly #pointer: string;
  readonly #name: string;
  #follow: Follow | undefined;

  constructor(json: Schema, categories: readonly string[], pointer: string, name: string) {
    this.#json = json;
    this.#categories = categories;
    this.#pointer = pointer;
    this.#name = name;
  }

  /** @param within - the schemas that this one is about the same value with: none of them is gone into twice */
  mark(schema: unknown, steps: readonly string[], within: readonly unknown[] = []): Marked {
    if (schema === true) return this.mark({}, steps);
    if (!isSchema(schema) || within.includes(schema)) return undefined;
    const [key, ...rest] = steps;
    if (key === undefined) return { ...schema, categories: this.#categoriesWith(schema.categories) };
    const inside = [...within, schema];
    const changes = [
      this.#branches(schema, steps, inside),
      this.#properties(schema, key, rest),
      this.#items(schema, key, rest),
    ].filter((each) => each !== undefined);
    const target = typeof schema.$ref === 'string' ? this.#target(schema, steps, inside) : undefined;
    if (changes.length === 0 && target === undefined) return undefined;
    const changed: Schema = Object.assign({}, schema, ...changes);
    return target === undefined ? changed : withTarget(changed, target);
  }

  #categoriesWith(known: unknown): string[] {
    return [...new Set([...(Array.isArray(known) ? (known as string[]) : []), ...this.#categories])];
  }

  /** The schemas about the same value. */
  #branches(schema: Schema, steps: readonly string[], within: readonly unknown[]): Marked {
    const mark = (each: unknown): Marked => this.mark(each, steps, within);
    const changes: Record<string, unknown> = {};
    for (const keyword of LISTS) set(changes, keyword, eachOf(schema[keyword], mark));
    for (const keyword of SINGLE) set(changes, keyword, mark(schema[keyword]));
    for (const keyword of ['dependentSchemas', 'dependencies']) {
      set(changes, keyword, eachIn(schema[keyword], mark));
    }
    return orNone(changes);
  }

  #properties(schema: Schema, key: string, rest: readonly string[]): Marked {
    const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
    const mark = (each: unknown): Marked => this.mark(each, rest);
    const declared = isSchema(properties) ? properties : {};
    if (Object.hasOwn(declared, key)) {
      const marked = mark(declared[key]);
      return marked && { properties: { ...declared, [key]: marked } };
    }
    const others = { additionalProperties, unevaluatedProperties };
    if (key === '*') {
      const changes: Record<string, unknown> = {};
      set(changes, 'properties', eachIn(properties, mark));
      set(changes, 'patternProperties', eachIn(patternProperties, mark));
      for (const [keyword, each] of Object.entries(others)) set(changes, keyword, mark(each));
      return orNone(changes);
    }
    const matching = Object.entries(isSchema(patternProperties) ? patternProperties : {}).filter(
      ([pattern]) => new RegExp(pattern, 'u').test(key),
    );
    const isLoose = Object.keys(declared).length > 0;
    // An object that is not strict declares nothing of what else may be in it: the name is a mistake.
    const allowing = Object.values(others).filter((each) => !isLoose || (isSchema(each) && orNone(each)));
    const sources = matching.length > 0 ? matching.map(([, each]) => each) : allowing;
    const marked = sources.map(mark).filter((each) => each !== undefined);
    if (marked.length === 0) return undefined;
    return { properties: { ...declared, [key]: marked.length === 1 ? marked[0] : { allOf: marked } } };
  }

  #items(schema: Schema, key: string, rest: readonly string[]): Marked {
    if (!/^(?:0|[1-9]\d*|\*)$/.test(key)) return undefined;
    const mark = (each: unknown): Marked => this.mark(each, rest);
    const changes: Record<string, unknown> = {};
    const listed = Array.isArray(schema.prefixItems) ? 'prefixItems' : 'items';
    const items = Array.isArray(schema[listed]) ? (schema[listed] as readonly unknown[]) : [];
    const isListed = key !== '*' && Number(key) < items.length;
    set(
      changes,
      listed,
      eachOf(items, (each, index) => (key === '*' || key === String(index) ? mark(each) : undefined)),
    );
    // An index behind those that have a schema of their own: all that is there has the same one.
    if (!isListed) {
      const others = listed === 'prefixItems' || items.length === 0 ? 'items' : 'additionalItems';
      for (const keyword of [others, 'unevaluatedItems', 'contains'])
        set(changes, keyword, mark(schema[keyword]));
    }
    return orNone(changes);
  }

  /** What a `$ref` means, marked: the schema itself is used in other places too. */
  #target(schema: Schema, steps: readonly string[], within: readonly unknown[]): Marked {
    const target = this.#followed(schema);
    const { $id } = isSchema(target) ? target : {};
    // One that is a fragment is a name within this document.
    const isElsewhere = $id !== undefined && !String($id).startsWith('#');
    if (target !== this.#json && isElsewhere) throw this.#elsewhere(schema);
    const marked = this.mark(target, steps, within);
    return marked && Object.fromEntries(Object.entries(marked).filter(([keyword]) => !ONCE.has(keyword)));
  }

  #followed(schema: Schema): unknown {
    this.#follow ??= followerOf([this.#json as JsonSchema]);
    let node: SchemaNode;
    try {
      node = this.#follow(schema as JsonSchema);
    } catch (cause) {
      throw this.#elsewhere(schema, cause);
    }
    return node.schema;
  }

  #elsewhere({ $ref }: Schema, cause?: unknown): OtelEventsError {
    const why = `personal: ${this.#pointer} leads through the $ref ${String($ref).slice(0, 300)} to another document`;
    return invalid(this.#name, why, 'say in that schema what is personal: personal: true', cause);
  }
}

/** In place of the reference, beside what stands beside it. */
function withTarget({ $ref: _, ...beside }: Schema, target: Schema): Schema {
  if (Object.keys(beside).length === 0) return target;
  const allOf = Array.isArray(beside.allOf) ? (beside.allOf as unknown[]) : [];
  return { ...beside, allOf: [...allOf, target] };
}

/** @throws OtelEventsError `SCHEMA_INVALID` */
function stepsOf(pointer: string, name: string): string[] {
  if (pointer !== '' && !pointer.startsWith('/')) {
    throw invalid(name, `personal: ${pointer} is no JSON pointer`, `write /${pointer.replaceAll('.', '/')}`);
  }
  if (/~(?![01])/.test(pointer)) {
    throw invalid(name, `personal: ${pointer} is no JSON pointer`, 'write ~0 for ~, ~1 for / in a name');
  }
  const [, ...steps] = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps;
}

/** A list with what became of its elements; undefined if nothing became of any. */
function eachOf(list: unknown, mark: (each: unknown, index: number) => Marked): unknown[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const marked = list.map(mark);
  return marked.some((each) => each !== undefined)
    ? list.map((each, index) => marked[index] ?? each)
    : undefined;
}

/** The same of an object's values. */
function eachIn(values: unknown, mark: (each: unknown) => Marked): Schema | undefined {
  if (!isSchema(values)) return undefined;
  const changes: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(values)) set(changes, key, mark(each));
  return Object.keys(changes).length === 0 ? undefined : { ...values, ...changes };
}

function set(changes: Record<string, unknown>, keyword: string, value: unknown): void {
  if (value !== undefined) changes[keyword] = value;
}

function orNone(changes: Schema): Marked {
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function invalid(name: string, why: string, fix?: string, cause?: unknown): OtelEventsError {
  return new OtelEventsError('SCHEMA_INVALID', `the schema of ${name}: ${why}`, {
    ...(fix && { fix }),
    cause,
  });
}
