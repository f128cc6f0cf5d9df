import { stringify } from 'yaml';
import { followerOf } from '../document/follower-of.ts';
import { type Property, propertiesOf } from '../document/properties-of.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type EventEntry, newestOf } from './event-entry.ts';

/** What a registry is called. */
export interface WeaverOptions {
  /** The registry's schema URL, version last: `https://example.com/schemas/1.0.0`. Without it there is no manifest. */
  readonly schemaUrl?: string | undefined;
  /** The attribute under which a key of an event's data travels. */
  readonly attributeOf: (key: string) => string;
  /** Schemas that are no events, and that events may refer to. */
  readonly others?: readonly JsonSchema[];
}

/** One attribute, as several events may have it. */
interface Shared {
  readonly id: string;
  readonly type: AttributeType;
  readonly property: Property;
  readonly parts: readonly Property[];
}

type AttributeType = string | { readonly members: readonly object[] };

const GROUP = 'registry.events';
const STABILITY = 'development';

/**
 * The events as a semantic-convention registry for OpenTelemetry Weaver: its files by name. Each attribute is
 * defined once, since Weaver refuses a second definition, and events refer to it; one that events disagree about
 * has the type `any`. Of several versions of an event the newest is there.
 * @see https://github.com/open-telemetry/weaver/blob/main/schemas/semconv-syntax.md
 */
export function weaverRegistry(
  entries: readonly EventEntry[],
  { schemaUrl, attributeOf, others = [] }: WeaverOptions,
): Readonly<Record<string, string>> {
  const follow = followerOf([...entries.map(({ json }) => json), ...others]);
  const events = newestOf(entries).map((entry) => ({
    entry,
    attributes: attributesOf(propertiesOf(entry.json, follow), attributeOf),
  }));
  const shared = new Map<string, Shared>();
  for (const { attributes } of events) for (const each of attributes) share(shared, each);
  const ids = [...shared.keys()].sort();
  const definitions = ids.map((id) => definitionOf(shared.get(id) as Shared));
  const groups = [
    ...(definitions.length === 0
      ? []
      : [
          { id: GROUP, type: 'attribute_group', brief: 'Attributes of the events.', attributes: definitions },
        ]),
    ...events.map(({ entry, attributes }) => eventGroup(entry, attributes)),
  ];
  return {
    'events.yaml': toYaml({ groups }),
    ...(schemaUrl === undefined ? {} : { 'manifest.yaml': toYaml({ schema_url: schemaUrl }) }),
  };
}

function toYaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** Top-level properties are attributes; what they contain is told in their notes. */
function attributesOf(properties: readonly Property[], attributeOf: WeaverOptions['attributeOf']): Shared[] {
  return properties.flatMap((property) => {
    const [first, ...deeper] = property.steps;
    if (first?.kind !== 'property' || deeper.length > 0) return [];
    const parts = properties.filter(
      ({ steps: [start, ...rest] }) =>
        rest.length > 0 && start?.kind === 'property' && start.key === first.key,
    );
    return [{ id: attributeOf(first.key), type: typeOf(property, parts), property, parts }];
  });
}

/** What one event does not say of an attribute, another one may. */
function share(shared: Map<string, Shared>, attribute: Shared): void {
  const { id, type, property, parts } = attribute;
  const known = shared.get(id);
  if (known === undefined) {
    shared.set(id, attribute);
    return;
  }
  const isSame = JSON.stringify(known.type) === JSON.stringify(type);
  shared.set(id, {
    id,
    type: isSame ? type : commonType(known.type, type),
    parts: known.parts.length > 0 ? known.parts : parts,
    property: {
      ...known.property,
      description: known.property.description ?? property.description,
      examples: [...new Set([...known.property.examples, ...property.examples])],
    },
  });
}

/** Two lists of values of one type are any value of that type. */
function commonType(a: AttributeType, b: AttributeType): string {
  const [left, right] = [baseOf(a), baseOf(b)];
  return left === right ? left : 'any';
}

function baseOf(type: AttributeType): string {
  if (typeof type === 'string') return type;
  const { value } = type.members[0] as { readonly value: unknown };
  return typeof value === 'number' ? 'int' : 'string';
}

function definitionOf({ id, type, property, parts }: Shared): object {
  const examples = examplesOf(property, type);
  return {
    id,
    type,
    stability: STABILITY,
    brief: briefOf(property),
    ...(parts.length === 0 ? {} : { note: noteOf(parts) }),
    ...(examples.length === 0 ? {} : { examples }),
  };
}

function eventGroup(
  { name, schemaId, version, description, category, json }: EventEntry,
  attributes: readonly Shared[],
): object {
  const brief = [description, json.description, json.title, name].find((text) => typeof text === 'string');
  return {
    id: `event.${name}`,
    type: 'event',
    name,
    stability: STABILITY,
    brief: oneLine(String(brief)),
    annotations: {
      schema_id: schemaId,
      schema_version: version,
      ...(category === undefined ? {} : { category }),
    },
    ...(attributes.length === 0 ? {} : { attributes: attributes.map(referenceTo) }),
  };
}

function referenceTo({ id, property }: Shared): object {
  const { isRequired, isDeprecated, categories } = property;
  return {
    ref: id,
    requirement_level: isRequired ? 'required' : 'recommended',
    brief: briefOf(property),
    ...(isDeprecated ? { deprecated: { reason: 'uncategorized', note: 'Deprecated by its schema.' } } : {}),
    ...(categories.length === 0 ? {} : { annotations: { categories: [...categories] } }),
  };
}

function briefOf({ description, path }: Property): string {
  return oneLine(description ?? path);
}

function noteOf(parts: readonly Property[]): string {
  return parts
    .map(({ path, types, description }) => {
      const type = types.length === 0 ? 'any' : types.join(' or ');
      return `- \`${path}\` (${type})${description === undefined ? '' : `: ${oneLine(description)}`}`;
    })
    .join('\n');
}

const PRIMITIVES: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['integer', 'int'],
  ['number', 'double'],
  ['boolean', 'boolean'],
]);

function typeOf(property: Property, parts: readonly Property[]): AttributeType {
  const members = membersOf(property.values);
  if (members !== undefined) return { members };
  const [type, ...more] = property.types.filter((each) => each !== 'null');
  if (type === undefined || more.length > 0) return 'any';
  if (type !== 'array') return PRIMITIVES.get(type) ?? 'any';
  const items = parts.filter(({ steps }) => steps.length === 2 && steps[1]?.kind === 'item');
  const [item, ...others] = items.flatMap(({ types }) => types);
  const primitive = others.length > 0 ? undefined : PRIMITIVES.get(item ?? '');
  return primitive === undefined ? 'any' : `${primitive}[]`;
}

/** Values that Weaver can list: all text, or all whole numbers. */
function membersOf(values: readonly unknown[] | undefined): object[] | undefined {
  const listed = (values ?? []).filter((value) => value !== null);
  const isListable =
    listed.length > 0 &&
    (listed.every((value) => typeof value === 'string') ||
      listed.every((value) => Number.isSafeInteger(value)));
  if (!isListable) return undefined;
  const ids = new Set<string>();
  return listed.map((value, index) => {
    const word = String(value)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_');
    const id = word === '' || word === '_' || ids.has(word) ? `value_${index}` : word;
    ids.add(id);
    return { id, value, brief: String(value) === '' ? 'Empty.' : String(value), stability: STABILITY };
  });
}

/** Only those of the attribute's own type: Weaver refuses others. */
function examplesOf({ examples }: Property, type: AttributeType): unknown[] {
  const isFitting = typeof type === 'string' ? FITS.get(type) : undefined;
  return isFitting === undefined ? [] : examples.filter(isFitting);
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const listFits =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);

const FITS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['string', isText],
  ['boolean', isFlag],
  ['int', Number.isSafeInteger],
  ['double', isNumber],
  ['string[]', listFits(isText)],
  ['boolean[]', listFits(isFlag)],
  ['int[]', listFits(Number.isSafeInteger)],
  ['double[]', listFits(isNumber)],
]);

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
