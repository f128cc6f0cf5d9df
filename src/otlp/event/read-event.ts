import type { AttributeMap, AttributeValue } from '../values/attribute-value.ts';
import { CONVENTIONAL, DATA, DATA_PREFIX, EVENT, RESERVED } from '../values/event-attributes.ts';
import type { EventRecord } from './event-record.ts';

/** An event as its record tells it: what a caller gave, back under the caller's names. */
export interface ReadEvent {
  readonly id: string;
  readonly name: string;
  readonly data: AttributeMap;
  readonly category: string | undefined;
  readonly tags: readonly string[];
  readonly session: AttributeMap;
  /** edX contexts, merged. */
  readonly context: AttributeMap;
  readonly sessionId: string | undefined;
  readonly previousSessionId: string | undefined;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** The schema it was checked against. */
  readonly schemaId: string | undefined;
  readonly schemaVersion: string | undefined;
  /** The same as a number, if that is what the schema has. */
  readonly schemaVersionNumber: number | undefined;
  /** Seconds; only of a `track()` event. */
  readonly times: { readonly start: number; readonly end: number; readonly duration: number } | undefined;
  /** Only of a `track()` event that failed. */
  readonly error:
    | { readonly type: string; readonly message: string; readonly stacktrace: string | undefined }
    | undefined;
}

/** Reads an event back from its record: the other direction of the mapping. */
export function readEvent({ eventName, attributes: all }: EventRecord): ReadEvent {
  const kept = all[EVENT.kept];
  // Names of attributes of ours that this record has for data.
  const names = new Set(Array.isArray(kept) ? kept.filter((name) => CONVENTIONAL.has(name as string)) : []);
  const attributes = names.size === 0 ? all : without(all, names);
  return {
    id: textOf(attributes[EVENT.uid]) ?? '',
    name: eventName,
    data: dataOf(all, names),
    category: textOf(attributes[EVENT.category]),
    tags: (attributes[EVENT.tags] as readonly string[] | undefined) ?? [],
    session: (attributes[EVENT.session] as AttributeMap | undefined) ?? {},
    context: (attributes[EVENT.context] as AttributeMap | undefined) ?? {},
    sessionId: textOf(attributes[EVENT.sessionId]),
    previousSessionId: textOf(attributes[EVENT.previousSessionId]),
    userId: textOf(attributes[EVENT.userId]),
    projectId: textOf(attributes[EVENT.projectId]),
    schemaId: textOf(attributes[EVENT.schemaId]),
    schemaVersion: textOf(attributes[EVENT.schemaVersion]),
    schemaVersionNumber: numberOf(attributes[EVENT.schemaVersionNumber]),
    times: timesOf(attributes),
    error: errorOf(attributes),
  };
}

/**
 * The data as they were given: what is no map (a text, a number, a list) travels as a map with the key `value`.
 * @param data - of the same record
 */
export function bareData({ attributes }: EventRecord, { data }: Pick<ReadEvent, 'data'>): AttributeValue {
  const isBare = attributes[EVENT.bare] === true && Object.hasOwn(data, 'value');
  // What a processor has added stays.
  return isBare && Object.keys(data).length === 1 ? (data.value as AttributeValue) : data;
}

function without(attributes: AttributeMap, names: ReadonlySet<unknown>): AttributeMap {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.has(name)));
}

function dataOf(attributes: AttributeMap, kept: ReadonlySet<unknown>): AttributeMap {
  const own = Object.entries(attributes).filter(
    ([name]) => (!RESERVED.has(name) || kept.has(name)) && name !== DATA,
  );
  const beyondLimit = Object.entries((attributes[DATA] as AttributeMap | undefined) ?? {});
  return Object.fromEntries([...own.map(([name, value]) => [callersKey(name), value]), ...beyondLimit]);
}

function callersKey(name: string): string {
  return name.startsWith(DATA_PREFIX) ? name.slice(DATA_PREFIX.length) : name;
}

function timesOf(attributes: AttributeMap): ReadEvent['times'] {
  const { [EVENT.start]: start, [EVENT.end]: end, [EVENT.duration]: duration } = attributes;
  if (typeof start !== 'number') return undefined;
  return { start, end: end as number, duration: duration as number };
}

function errorOf(attributes: AttributeMap): ReadEvent['error'] {
  const type = textOf(attributes[EVENT.exceptionType]);
  if (type === undefined) return undefined;
  const message = textOf(attributes[EVENT.exceptionMessage]) ?? '';
  return { type, message, stacktrace: textOf(attributes[EVENT.exceptionStacktrace]) };
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whole numbers beyond 2^53 are read as text. */
function numberOf(value: AttributeValue | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : undefined;
}
