import { type Event, MAX_ATTRIBUTES, MAX_EVENT_BYTES } from '../event.ts';
import { attributeName } from '../otlp/attribute-name.ts';
import type { AttributeValue } from '../otlp/attribute-value.ts';
import { DATA, EVENT } from '../otlp/event-attributes.ts';
import { promotedOf } from '../otlp/promoted-of.ts';
import { NormaliseBudget, normaliseValue } from './normalise-value.ts';

/** The attributes of an event, ready for a record or a span. */
export interface EventAttributes {
  readonly attributes: Record<string, AttributeValue>;
  /** About how many bytes the event takes on the wire. */
  readonly bytes: number;
}

/** Bytes of a record beside its attributes: times, ids, name, body. */
const RECORD_BYTES = 200;

/**
 * The attributes of one event: reserved ones first, then the caller's data, one attribute a key. Reserved
 * names in the data take the prefix `data.`; keys beyond the limit go into the one map attribute `data`.
 * @param maxAttributes - the provider's attribute count limit
 */
export function toAttributes(event: Event, maxAttributes: number = MAX_ATTRIBUTES): EventAttributes {
  try {
    return attributesWithin(event, maxAttributes, new NormaliseBudget());
  } catch {
    // An object of the caller's threw while it was read: read again, field by field.
    return attributesWithin(event, maxAttributes, new NormaliseBudget(true));
  }
}

function attributesWithin(event: Event, maxAttributes: number, budget: NormaliseBudget): EventAttributes {
  const attributes = identityAttributes(event, budget);
  setSchema(attributes, event.schema);
  setOutcome(attributes, event);
  setData(attributes, event.data, maxAttributes, budget);
  const truncated = budget.truncated + (event.truncated ?? 0);
  if (truncated > 0) attributes[EVENT.truncated] = truncated;
  return { attributes, bytes: RECORD_BYTES + MAX_EVENT_BYTES - budget.bytesLeft };
}

/** What is known of an event from its start: the same on the record and on the span. */
export function identityOf(event: Event): Record<string, AttributeValue> {
  try {
    return identityAttributes(event, new NormaliseBudget());
  } catch {
    return identityAttributes(event, new NormaliseBudget(true));
  }
}

function identityAttributes(event: Event, budget: NormaliseBudget): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = { [EVENT.uid]: event.id };
  if (event.category !== undefined) attributes[EVENT.category] = event.category;
  if (event.tags.length > 0) attributes[EVENT.tags] = event.tags;
  if (event.userId !== undefined) attributes[EVENT.userId] = event.userId;
  if (event.projectId !== undefined) attributes[EVENT.projectId] = event.projectId;
  if (event.sessionId !== undefined) attributes[EVENT.sessionId] = event.sessionId;
  if (event.previousSessionId !== undefined) attributes[EVENT.previousSessionId] = event.previousSessionId;
  if (hasFields(event.session)) attributes[EVENT.session] = normaliseValue(event.session, budget) ?? {};
  if (hasFields(event.context)) {
    attributes[EVENT.context] = normaliseValue(event.context, budget) ?? {};
    for (const [name, value] of promotedOf(event.context)) attributes[name] = value;
  }
  return attributes;
}

function setSchema(attributes: Record<string, AttributeValue>, schema: Event['schema']): void {
  if (schema === undefined) return;
  attributes[EVENT.schemaId] = schema.id;
  attributes[EVENT.schemaVersion] = schema.version;
  if (schema.issues.length > 0) attributes[EVENT.schemaIssues] = schema.issues.map((issue) => ({ ...issue }));
}

function hasFields(session: Event['session']): boolean {
  try {
    return Object.keys(session).length > 0;
  } catch {
    // It cannot even be told whether it has any: it is shown as unreadable.
    return true;
  }
}

function setOutcome(attributes: Record<string, AttributeValue>, event: Event): void {
  const { scope, failure } = event;
  if (scope !== undefined) {
    attributes[EVENT.start] = scope.start;
    attributes[EVENT.end] = scope.end;
    attributes[EVENT.duration] = scope.duration;
  }
  if (event.incomplete) attributes[EVENT.incomplete] = true;
  if (failure === undefined) return;
  attributes[EVENT.errorType] = failure.type;
  attributes[EVENT.exceptionType] = failure.type;
  attributes[EVENT.exceptionMessage] = failure.message;
  if (failure.stacktrace !== undefined) attributes[EVENT.exceptionStacktrace] = failure.stacktrace;
}

function setData(
  attributes: Record<string, AttributeValue>,
  data: Event['data'],
  maxAttributes: number,
  budget: NormaliseBudget,
): void {
  // One place is kept for `event.truncated`, which is only known at the end.
  const room = maxAttributes - Object.keys(attributes).length - 1;
  if (!budget.careful && isPlain(data) && setDirectly(attributes, data, room, budget)) return;
  const normal = toMap(normaliseValue(data, budget));
  if (normal === undefined) return;
  const keys = Object.keys(normal);
  const direct = keys.length <= room ? keys.length : Math.max(0, room - 1);
  for (const key of keys.slice(0, direct)) attributes[attributeName(key)] = normal[key] as AttributeValue;
  if (direct === keys.length) return;
  attributes[DATA] = Object.fromEntries(
    keys.slice(direct).map((key) => [key, normal[key] as AttributeValue]),
  );
}

/** The way of nearly all data: no map in between. False, with nothing done, if there are too many keys. */
function setDirectly(
  attributes: Record<string, AttributeValue>,
  data: Event['data'],
  room: number,
  budget: NormaliseBudget,
): boolean {
  const keys = Object.keys(data);
  if (keys.length > room) return false;
  budget.path.push(data);
  for (const key of keys) {
    const value = normaliseValue(data[key], budget);
    if (value === undefined) continue;
    budget.bytesLeft -= key.length;
    attributes[attributeName(key)] = value;
  }
  budget.path.pop();
  return true;
}

function isPlain(data: Event['data']): boolean {
  const prototype: unknown = Object.getPrototypeOf(data);
  return (prototype === Object.prototype || prototype === null) && typeof data.toJSON !== 'function';
}

/** Data that is no map (an array, a string) becomes one with the key `value`: nothing is lost. */
function toMap(value: AttributeValue | undefined): { readonly [key: string]: AttributeValue } | undefined {
  if (value === undefined || value === null) return undefined;
  return isMap(value) ? value : { value };
}

function isMap(value: AttributeValue | undefined): value is { readonly [key: string]: AttributeValue } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
