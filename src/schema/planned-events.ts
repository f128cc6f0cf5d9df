import type { JsonSchema } from './json-schema.ts';

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
    schema: ofProperties(schemaOf(rule) as Fields, rule.description),
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

/** A rule is about a whole message, whose `properties` are the data of the event. */
function ofProperties(message: Fields, description: unknown): JsonSchema {
  const inner = isFields(message.properties) ? message.properties.properties : undefined;
  const told = typeof description === 'string' && description !== '' ? { description } : {};
  if (!isFields(inner)) return { ...told, ...message };
  const { $schema, definitions, $defs } = message;
  const shared = Object.entries({ $schema, definitions, $defs }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(shared), ...told, ...inner };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
