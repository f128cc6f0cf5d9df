import { escapeRegExp } from '../../escape-reg-exp.ts';
import { DATA_PREFIX } from '../../otlp/values/event-attributes.ts';
import type { Follow } from '../../schema/document/follower-of.ts';
import { type Property, propertiesOf, type Step } from '../../schema/document/properties-of.ts';
import type { JsonSchema } from '../../schema/drafts/json-schema.ts';
import type { FieldSeen } from '../store/event-store.ts';

/** The kinds of values that a store tells apart. */
export type ValueKind = FieldSeen['types'][number];

/** What a schema says of the values at one place of events: lists and their items are one. */
export interface DeclaredField {
  /** As people write it: `items[].sku`. */
  readonly path: string;
  /** The names on the way to it, by points, as stores have it: `items.sku`. */
  readonly place: string;
  /** Of a place that names do not tell, such as any property: what places it stands for. */
  readonly pattern: RegExp | undefined;
  /** JSON Schema's names of types; none: any. */
  readonly types: readonly string[];
  /** The only values, if they are listed. */
  readonly values: readonly unknown[] | undefined;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  /** Categories of personal data, but for `unrestricted`. */
  readonly categories: readonly string[];
  readonly description: string | undefined;
  /** The kinds that its values may have; undefined: any. */
  readonly kinds: ReadonlySet<ValueKind> | undefined;
  /** Whether nothing is said of what is in it, so that anything may be. */
  readonly isOpen: boolean;
}

/** All fields that a schema declares, parents first. @throws OtelEventsError `SCHEMA_INVALID` */
export function declaredFields(json: JsonSchema, follow: Follow): readonly DeclaredField[] {
  const places = new Map<string, Property[]>();
  for (const property of propertiesOf(json, follow)) {
    const place = placeOf(property.steps);
    places.set(place, [...(places.get(place) ?? []), property]);
  }
  const all = [...places.keys()];
  return [...places].map(([place, properties]) =>
    toField(
      place,
      properties,
      all.some((other) => other.startsWith(`${place}.`)),
    ),
  );
}

/** The caller's name of what stands at a path of a record; undefined where a path cannot be one of the data. */
export function dataPlace(path: string): string {
  return path.startsWith(DATA_PREFIX) ? path.slice(DATA_PREFIX.length) : path;
}

const ANY_NAME = '*';

function placeOf(steps: readonly Step[]): string {
  return steps
    .filter(({ kind }) => kind !== 'item')
    .map((step) => (step.kind === 'property' ? step.key : ANY_NAME))
    .join('.');
}

function toField(place: string, properties: readonly Property[], hasParts: boolean): DeclaredField {
  const last = properties.at(-1) as Property;
  const steps = last.steps.filter(({ kind }) => kind !== 'item');
  const isNamed = steps.every(({ kind }) => kind === 'property');
  const kinds = kindsOf(properties);
  const values = properties.flatMap((property) => property.values ?? []);
  return {
    path: last.path,
    place,
    pattern: isNamed ? undefined : patternOf(steps),
    types: unique(properties.flatMap(({ types }) => types)),
    values: values.length === 0 ? undefined : values,
    isRequired: properties.some(({ isRequired }) => isRequired),
    isDeprecated: properties.some(({ isDeprecated }) => isDeprecated),
    categories: unique(properties.flatMap(({ categories }) => categories)).filter(
      (one) => one !== 'unrestricted',
    ),
    description: properties.map(({ description }) => description).find((text) => text !== undefined),
    kinds,
    isOpen: properties.some(({ isRecursive }) => isRecursive) || (!hasParts && mayHoldParts(properties)),
  };
}

function patternOf(steps: readonly Step[]): RegExp {
  const names = steps.map((step) => (step.kind === 'property' ? escapeRegExp(step.key) : '[^]+'));
  return new RegExp(`^${names.join('\\.')}$`, 'u');
}

const KIND_OF_TYPE: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Of a list of which nothing is said in its schema, the items may be anything. */
function kindsOf(properties: readonly Property[]): ReadonlySet<ValueKind> | undefined {
  const hasItems = properties.some(({ steps }) => steps.at(-1)?.kind === 'item');
  const kinds = new Set<ValueKind>();
  for (const { types, values = [] } of properties) {
    if (types.length === 0 && values.length === 0) return undefined;
    if (types.includes('array') && !hasItems) return undefined;
    for (const type of types) if (KIND_OF_TYPE[type] !== undefined) kinds.add(KIND_OF_TYPE[type]);
    if (types.length === 0) for (const value of values) for (const kind of kindsIn(value)) kinds.add(kind);
  }
  // What is redacted is null.
  if (properties.some(({ categories }) => categories.some((one) => one !== 'unrestricted')))
    kinds.add('null');
  return kinds;
}

function kindsIn(value: unknown): readonly ValueKind[] {
  if (value === null) return ['null'];
  if (typeof value === 'object') return Object.values(value).flatMap(kindsIn);
  return [typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean')];
}

function mayHoldParts(properties: readonly Property[]): boolean {
  return properties.some(
    ({ types, values }) =>
      (types.length === 0 && values === undefined) || types.includes('object') || types.includes('array'),
  );
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
