import { type Event, MAX_ATTRIBUTES } from '../event.ts';
import type { AttributeValue } from '../otlp/attribute-value.ts';
import { DATA, DATA_PREFIX, EVENT, RESERVED } from '../otlp/event-attributes.ts';
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
  const budget = new NormaliseBudget();
  const before = budget.bytesLeft;
  const attributes = identityAttributes(event, budget);
  setOutcome(attributes, event);
  setData(attributes, event.data, maxAttributes, budget);
  if (budget.truncated > 0) attributes[EVENT.truncated] = budget.truncated;
  return { attributes, bytes: RECORD_BYTES + before - budget.bytesLeft };
}

/** What is known of an event from its start: the same on the record and on the span. */
export function identityAttributes(event: Event, budget: NormaliseBudget): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = { [EVENT.uid]: event.id };
  if (event.category !== undefined) attributes[EVENT.category] = event.category;
  if (event.tags.length > 0) attributes[EVENT.tags] = event.tags;
  if (event.userId !== undefined) attributes[EVENT.userId] = event.userId;
  if (event.projectId !== undefined) attributes[EVENT.projectId] = event.projectId;
  const session = normaliseValue(event.session, budget);
  if (isMap(session) && Object.keys(session).length > 0) attributes[EVENT.session] = session;
  return attributes;
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
  data: unknown,
  maxAttributes: number,
  budget: NormaliseBudget,
): void {
  const normal = toMap(normaliseValue(data, budget));
  if (normal === undefined) return;
  const keys = Object.keys(normal);
  // One place is kept for `event.truncated`, which is only known at the end.
  const room = maxAttributes - Object.keys(attributes).length - 1;
  const direct = keys.length <= room ? keys.length : Math.max(0, room - 1);
  for (let index = 0; index < direct; index++) {
    const key = keys[index] as string;
    attributes[attributeName(key)] = normal[key] as AttributeValue;
  }
  if (direct === keys.length) return;
  attributes[DATA] = Object.fromEntries(
    keys.slice(direct).map((key) => [key, normal[key] as AttributeValue]),
  );
}

function attributeName(key: string): string {
  const taken =
    key === '' || key === '__proto__' || key === DATA || key.startsWith(DATA_PREFIX) || RESERVED.has(key);
  return taken ? DATA_PREFIX + key : key;
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
