import type { Event } from '../../event.ts';
import { CONVENTIONAL, EVENT } from '../values/event-attributes.ts';
import { PROMOTED } from '../values/promoted.ts';
import { CachedKey } from '../wire/cached-key.ts';
import { type EncodableEvent, hasKeys } from './encodable-event.ts';
import { keepsName } from './keeps-name.ts';
import { promotedOf } from './promoted-of.ts';

/** What takes the attributes of an event, one after the other. */
export interface AttributeSink {
  /** @returns 1; 0 for a value that is left out */
  attribute(key: CachedKey, value: unknown): number;
}

/** The names of attributes in their encoded form. */
export const KEY = Object.fromEntries(
  Object.entries(EVENT).map(([name, attribute]) => [name, new CachedKey(attribute)]),
) as Readonly<Record<keyof typeof EVENT, CachedKey>>;
const PROMOTED_KEY = new Map(
  Object.values(PROMOTED).map((attribute) => [attribute, new CachedKey(attribute)]),
);

/**
 * The ids that are ours: receivers tell events, sessions and schemas by them, so no limit of lengths cuts them.
 * @returns how many attributes it has written
 */
export function writeIds(sink: AttributeSink, event: EncodableEvent): number {
  let count = sink.attribute(KEY.uid, event.id);
  if (event.sessionId !== undefined) count += sink.attribute(KEY.sessionId, event.sessionId);
  if (event.previousSessionId !== undefined) {
    count += sink.attribute(KEY.previousSessionId, event.previousSessionId);
  }
  if (event.schema === undefined) return count;
  const { id, version, versionNumber } = event.schema;
  count += sink.attribute(KEY.schemaId, id) + sink.attribute(KEY.schemaVersion, version);
  if (versionNumber !== undefined) count += sink.attribute(KEY.schemaVersionNumber, versionNumber);
  return count;
}

/**
 * What else is known of an event from its start: the same on the record and on the span of a scope.
 * @returns how many attributes it has written
 */
export function writeIdentity(sink: AttributeSink, event: EncodableEvent): number {
  let count = 0;
  if (event.givenTime !== undefined) count += sink.attribute(KEY.givenTime, event.givenTime);
  if (event.category !== undefined) count += sink.attribute(KEY.category, event.category);
  if (event.tags.length > 0) count += sink.attribute(KEY.tags, event.tags);
  if (event.userId !== undefined) count += sink.attribute(KEY.userId, event.userId);
  if (event.projectId !== undefined) count += sink.attribute(KEY.projectId, event.projectId);
  if (event.hasSession ?? hasKeys(event.session)) count += sink.attribute(KEY.session, event.session);
  if (event.hasContext ?? hasKeys(event.context)) {
    count += sink.attribute(KEY.context, event.context);
    for (const [name, value] of event.promoted ?? promotedOf(event.context)) {
      count += sink.attribute(PROMOTED_KEY.get(name) as CachedKey, value);
    }
  }
  return count;
}

/**
 * How it went, and what its schema says of it: all that is left but the data.
 * @returns how many attributes it has written
 */
export function writeOutcome(sink: AttributeSink, event: EncodableEvent): number {
  let count = 0;
  if (event.schema !== undefined && event.schema.issues.length > 0) {
    count += sink.attribute(KEY.schemaIssues, event.schema.issues);
  }
  if (event.scope !== undefined) {
    count += sink.attribute(KEY.start, event.scope.start);
    count += sink.attribute(KEY.end, event.scope.end);
    count += sink.attribute(KEY.duration, event.scope.duration);
  }
  if (event.isBare === true) count += sink.attribute(KEY.bare, true);
  if (event.incomplete) count += sink.attribute(KEY.incomplete, true);
  if (event.failure !== undefined) count += writeFailure(sink, event.failure);
  return count;
}

function writeFailure(
  sink: AttributeSink,
  { type, message, stacktrace }: NonNullable<Event['failure']>,
): number {
  return (
    sink.attribute(KEY.errorType, type) +
    sink.attribute(KEY.exceptionType, type) +
    sink.attribute(KEY.exceptionMessage, message) +
    sink.attribute(KEY.exceptionStacktrace, stacktrace)
  );
}

const COUNT: AttributeSink = { attribute: (_key, value) => (value === undefined ? 0 : 1) };

/**
 * How many keys of the data become attributes.
 * @param written - how many attributes there are beside them, without the one that is only known at the end
 */
export function roomForData(maxAttributes: number, written: number): number {
  return maxAttributes - written - 1;
}

/** How many attributes the list of the data keys that keep their names takes: 0 or 1. */
export function roomForKept(event: EncodableEvent, data: Event['data']): number {
  // Those beyond the limit may be among them.
  return Object.keys(data).some((key) => keepsName(event, key, CONVENTIONAL.has(key) ? data[key] : undefined))
    ? 1
    : 0;
}

/** How many attributes an event has beside its data. */
export function countAttributes(event: EncodableEvent): number {
  return writeIds(COUNT, event) + writeIdentity(COUNT, event) + writeOutcome(COUNT, event);
}
