import type { OtelEventsError } from '../../errors.ts';
import { listOf } from '../document/facets-of.ts';
import { schemaInvalid } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { CATEGORY_KEYWORDS, KEYWORDS } from '../drafts/schema-keywords.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An event of a tracking plan. */
export interface PlannedEvent {
  readonly name: string;
  readonly version: unknown;
  /** Of its properties: what is around them in a message is no data here. */
  readonly schema: JsonSchema;
}

/** What a message of an event is called; the other types tell who somebody is, and which pages are seen. */
const TRACK = 'track';

/**
 * The events of a tracking plan, as Segment's two APIs and RudderStack's hand them out; undefined for what is none.
 * Rules for other messages (identify, group, page) are left out: they are no events with a name.
 */
export function plannedEvents(document: JsonSchema): readonly PlannedEvent[] | undefined {
  const isSchema = ['$id', 'id', 'type', 'properties', '$ref', 'self'].some((key) => isSaid(document, key));
  const rules = isSchema ? undefined : rulesOf(document);
  if (rules === undefined) return undefined;
  return rules.filter(isTrack).map((rule) => ({
    name: nameOf(rule) as string,
    version: rule.version ?? document.version ?? 1,
    schema: ofProperties(schemaOf(rule) as Fields, rule),
  }));
}

/** `id` and `type` of a plan are no keywords: `tp_1`, `LIVE`. */
function isSaid(document: JsonSchema, key: string): boolean {
  const isOfPlan = Array.isArray(document.rules) || isFields(document.rules);
  return document[key] !== undefined && !(isOfPlan && (key === 'id' || key === 'type'));
}

/** The list of rules, wherever it stands. */
function rulesOf({ rules, events, data }: Fields): readonly Fields[] | undefined {
  const inside = [rules, data].filter(isFields).flatMap((each) => [each.events, each.rules, each.data]);
  const lists = [rules, events, data, ...inside];
  return lists.find((list) => Array.isArray(list) && list.length > 0 && list.every(isRule)) as
    | readonly Fields[]
    | undefined;
}

function isRule(rule: unknown): rule is Fields {
  return isFields(rule) && isFields(schemaOf(rule)) && (nameOf(rule) !== undefined || !isTrack(rule));
}

function isTrack({ type, eventType, key }: Fields): boolean {
  const given = type ?? eventType;
  return given === undefined ? key !== null : String(given).toLowerCase() === TRACK;
}

function nameOf({ key, name }: Fields): string | undefined {
  return [key, name].find((each): each is string => typeof each === 'string' && each !== '');
}

function schemaOf({ jsonSchema, rules, schema }: Fields): unknown {
  return jsonSchema ?? rules ?? schema;
}

/** What a schema of a message says around `properties` that is not about the data of the event. */
const AROUND: ReadonlySet<string> = new Set([
  '$id',
  'id',
  'title',
  'description',
  'type',
  'required',
  'properties',
  'additionalProperties',
  'labels',
]);
const COMBINING = ['allOf', 'anyOf', 'oneOf'] as const;

/**
 * A rule is about a whole message, whose `properties` are the data of the event; what it says of all of a message's data
 * beside that holds for them.
 * @throws OtelEventsError `SCHEMA_INVALID` for what cannot be said of the data alone: it would be left unchecked
 */
function ofProperties(message: Fields, rule: Fields): JsonSchema {
  const { description } = rule;
  const told = typeof description === 'string' && description !== '' ? { description } : {};
  const data = isAboutMessage(message) ? dataPart(message, String(nameOf(rule))) : message;
  return { ...told, ...both(data, categoryParts(rule)) };
}

function innerOf({ properties }: Fields): Fields | undefined {
  const inner = isFields(properties) ? properties.properties : undefined;
  return isFields(inner) ? inner : undefined;
}

function isAboutMessage(schema: Fields): boolean {
  return (
    innerOf(schema) !== undefined ||
    COMBINING.some((key) => listOf(schema[key]).some((one) => isFields(one) && isAboutMessage(one)))
  );
}

const SHARED: ReadonlySet<string> = new Set(['$schema', '$comment', 'definitions', '$defs']);

/** What a schema of a message says of its `properties`; true of anything if it says nothing. */
function dataPart(message: Fields, name: string): Fields {
  const beside: Record<string, unknown> = {};
  const parts = categoryParts(message);
  for (const [key, value] of Object.entries(message)) {
    if (AROUND.has(key) || CATEGORY_KEYWORDS.has(key)) continue;
    if (COMBINING.some((one) => one === key)) {
      parts.push({ [key]: listOf(value).map((one) => (isFields(one) ? dataPart(one, name) : one)) });
    } else if (isLimit(key)) throw notOfData(key, name);
    // What nobody knows is said, or refused as a misspelling, where keywords are.
    else beside[key] = value;
  }
  return both({ ...beside, ...innerOf(message) }, parts);
}

function isLimit(key: string): boolean {
  return !SHARED.has(key) && Object.values(KEYWORDS).some((known) => known.has(key));
}

/** A schema, and what holds beside it. In draft-07 nothing does beside a reference, which becomes a part like any other. */
function both({ $ref, ...schema }: Fields, parts: readonly Fields[]): Fields {
  if (parts.length === 0) return $ref === undefined ? schema : { ...schema, $ref };
  const referred = $ref === undefined ? [] : [{ $ref }];
  return { ...schema, allOf: [...referred, ...listOf(schema.allOf), ...parts] };
}

/** Each keyword of categories as a schema of its own: one does not replace another. */
function categoryParts(schema: Fields): Fields[] {
  return [...CATEGORY_KEYWORDS].flatMap((key) => (schema[key] === undefined ? [] : [{ [key]: schema[key] }]));
}

function notOfData(key: string, name: string): OtelEventsError {
  const why = `${key} beside properties is about the whole message, and would not be checked`;
  return schemaInvalid(`rule ${name.slice(0, 300)} of a tracking plan`, '', why, {
    fix: 'say it inside properties.properties',
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
