import type { OtelEventsError } from '../errors.ts';
import type { JsonSchema } from './json-schema.ts';
import { schemaInvalid } from './schema-document.ts';
import { CATEGORY_KEYWORDS, KEYWORDS } from './schema-keywords.ts';

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
  const categories = [message, rule].flatMap(categoriesOf);
  const isOfMessage = isAboutMessage(message);
  const data: Fields = isOfMessage ? dataPart(message, String(nameOf(rule))) : message;
  const around = isOfMessage ? categories : categoriesOf(rule);
  if (around.length === 0) return { ...told, ...data };
  const allOf = Array.isArray(data.allOf) ? (data.allOf as unknown[]) : [];
  return { ...told, ...data, allOf: [...allOf, ...around] };
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

/** What a schema of a message says of its `properties`; true of anything if it says nothing. */
function dataPart(message: Fields, name: string): Fields {
  const part: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(message)) {
    if (AROUND.has(key) || CATEGORY_KEYWORDS.has(key)) continue;
    const isKnown = Object.values(KEYWORDS).some((known) => known.has(key));
    if (COMBINING.some((one) => one === key)) {
      part[key] = listOf(value).map((one) => (isFields(one) ? withCategories(one, name) : one));
    } else if (isKnown && !SHARED.has(key)) throw notOfData(key, name);
    // What nobody knows is said, or refused as a misspelling, where keywords are.
    else part[key] = value;
  }
  const { allOf: own, ...inner } = innerOf(message) ?? {};
  const both = [...listOf(part.allOf), ...listOf(own)];
  return { ...part, ...inner, ...(both.length > 0 && { allOf: both }) };
}

const SHARED: ReadonlySet<string> = new Set(['$schema', '$comment', 'definitions', '$defs']);

function withCategories(message: Fields, name: string): Fields {
  const part = dataPart(message, name);
  const around = categoriesOf(message);
  return around.length === 0 ? part : { allOf: [part, ...around] };
}

/** Each keyword of categories as a schema of its own: one does not replace another. */
function categoriesOf(schema: Fields): Fields[] {
  return [...CATEGORY_KEYWORDS].flatMap((key) => (schema[key] === undefined ? [] : [{ [key]: schema[key] }]));
}

function notOfData(key: string, name: string): OtelEventsError {
  const why = `${key} beside properties is about the whole message, and would not be checked`;
  return schemaInvalid(`rule ${name.slice(0, 300)} of a tracking plan`, '', why, {
    fix: 'say it inside properties.properties',
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
