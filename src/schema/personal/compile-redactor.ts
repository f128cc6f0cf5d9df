import { OtelEventsError } from '../../errors.ts';
import { MAX_DEPTH } from '../../event.ts';
import { isPlain } from '../../is-plain.ts';
import { plainData } from '../../otlp/values/plain-data.ts';
import { setOwn } from '../../otlp/values/set-own.ts';
import { patternCost } from '../../pattern-cost.ts';
import { TookTooLong, withinTime } from '../../within-time.ts';
import type { SchemaDocument, SchemaNode } from '../document/schema-document.ts';
import type { SchemaGraph } from '../document/schema-graph.ts';
import type { AllowedProperties } from './allowed-schemas.ts';
import { type Place, Places } from './places.ts';

type Data = Readonly<Record<string, unknown>>;

/** Takes valid data as `validate` gives it; gives what of it may leave. */
export type Redactor = (data: Data) => Data;

/** What becomes of a property at the top: kept as it is, taken away, or looked into. */
type Action = 'keep' | 'null' | Place;

/** Longer lists are cut before they are looked at. */
const MAX_ITEMS = 1_000_000;

/** What a pattern for names may try without a look at the clock. */
const UNWATCHED_STEPS = 1_000_000;

/**
 * Turns the categories of a schema, and those allowed, into a walk over data. A value is about as many schemas
 * as could apply to its place; all their categories count, whether or not those schemas hold for it.
 * @throws OtelEventsError `SCHEMA_INVALID` for a reference that leads nowhere
 */
export function compileRedactor(
  document: SchemaDocument,
  graph: SchemaGraph,
  { allowedCategories = [], allowedProperties = [] }: AllowedProperties,
): Redactor {
  graph.checkEnds(document);
  const root = document.nodes.get('') as SchemaNode;
  const places = new Places(graph, new Set([...allowedCategories, 'unrestricted']));
  if (!graph.hasCategories(root)) return (data) => data;
  const top = places.at([root]);
  const whole = new Set(allowedProperties);
  const absent = [...top.names].filter(
    (name) => !whole.has(name) && (top.denied || top.property(name).denied),
  );
  const actionOf = (key: string): Action => {
    if (whole.has(key)) return 'keep';
    if (top.denied || !top.declares(key)) return 'null';
    const place = top.property(key);
    return place.denied ? 'null' : place.harmless ? 'keep' : place;
  };
  const actions = new Map([...top.names, ...whole].map((name) => [name, actionOf(name)]));
  const redact = (data: Data): Data => {
    const result: Record<string, unknown> = { ...data };
    for (const key of Object.keys(result)) {
      const action = actions.get(key) ?? actionOf(key);
      if (action === 'keep') continue;
      setOwn(result, key, action === 'null' ? null : redactValue(result[key], action, 1));
    }
    // It would bring back what was taken away.
    if (typeof result.toJSON === 'function') delete result.toJSON;
    // Whether it was there is not to be seen.
    for (const name of absent) if (!Object.hasOwn(result, name)) setOwn(result, name, null);
    return result;
  };
  return watched(redact, root, graph);
}

/** A copy without what is denied; the value itself where nothing in it can be. */
function redactValue(value: unknown, place: Place, depth: number): unknown {
  if (place.denied) return null;
  if (place.harmless || typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) throw new RangeError('more items than an event holds');
    return Array.from(value, (item, index) => redactValue(item, place.item(index), depth + 1));
  }
  const data = isPlain(value) ? value : fromUnusual(value);
  if (data === undefined) return null;
  if (data !== value) return redactValue(data, place, depth + 1);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(data)) {
    copyTo(result, key, redactValue((data as Data)[key], place.property(key), depth + 1));
  }
  return result;
}

/** Leaves functions out: a `toJSON` that comes along would bring back what was taken away. */
function copyTo(result: Record<string, unknown>, key: string, value: unknown): void {
  if (typeof value !== 'function') setOwn(result, key, value);
}

/** Data that was not checked may hold maps, dates and instances of classes: what will be emitted for them. */
function fromUnusual(value: object): unknown {
  const plain = plainData(value);
  return 'path' in plain ? undefined : plain.value;
}

/** Patterns for names of properties may try without end. */
function watched(redact: Redactor, root: SchemaNode, graph: SchemaGraph): Redactor {
  const costs = [...graph.reachable(root)].flatMap(({ schema }) =>
    typeof schema === 'boolean'
      ? []
      : Object.keys(schema.patternProperties ?? {}).map((source) => patternCost(source)),
  );
  if (costs.length === 0) return redact;
  return (data) => {
    const length = longestName(data);
    if (costs.every(({ degree, factor }) => factor * length ** degree <= UNWATCHED_STEPS))
      return redact(data);
    try {
      return withinTime(() => redact(data));
    } catch (cause) {
      if (!(cause instanceof TookTooLong)) throw cause;
      const fix = 'simplify the patternProperties of the schema';
      throw new OtelEventsError('EVENT_INVALID', 'redaction takes too long', { cause, fix });
    }
  };
}

function longestName(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 2;
  let longest = 2;
  for (const [key, item] of Object.entries(value)) longest = Math.max(longest, key.length, longestName(item));
  return longest;
}
