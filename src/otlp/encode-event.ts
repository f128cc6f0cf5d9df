import { type Event, MAX_ATTRIBUTES } from '../event.ts';
import { encodeWith } from './encode-with.ts';
import { DATA, DATA_PREFIX, EVENT, RESERVED } from './event-attributes.ts';
import { LOG_RECORD, LOG_RECORDS } from './record-tags.ts';
import type { ValueCopier } from './value-copier.ts';
import { BEYOND_LIMITS, STRING_VALUE, type ValueWriter } from './value-writer.ts';
import { writeRecordContext } from './write-record-context.ts';

/** An event, and what copying it within the limits has changed. */
interface EncodableEvent extends Event {
  /** Whether there was a session: its copy may be empty. */
  readonly hasSession?: boolean;
  /** The data beyond the attribute limit. */
  readonly overflow?: object | undefined;
  /** How many values were cut. */
  readonly truncated?: number;
}

/** The most attributes an event has beside its data. */
const MAX_RESERVED = 15;

const EVENT_ENCODING = { write: writeEvent, copy: copyEvent };

/**
 * Encodes an event as one `log_records` field of `ScopeLogs`, tag and length included: fields of several
 * events behind each other are the content of one `ScopeLogs`. Nothing in the data makes it throw, and
 * nothing of the caller's is kept.
 * @param maxAttributes - data keys beyond this many attributes go into the one map attribute `data`
 * @returns a view of a buffer that is used again: valid until the next call
 * @see docs/mapping.md
 */
export function encodeEvent(event: Event, maxAttributes: number = MAX_ATTRIBUTES): Uint8Array {
  return encodeWith<EncodableEvent>(EVENT_ENCODING, event, maxAttributes);
}

/** Backwards: the last field first. */
function writeEvent(writer: ValueWriter, event: EncodableEvent, maxAttributes: number): void {
  const { out } = writer;
  const { time, observedTime, message, name } = event;
  const start = out.length;
  out.string(LOG_RECORD.eventName, name);
  out.time(LOG_RECORD.observedTime, observedTime[0], observedTime[1]);
  if (event.span !== undefined) writeRecordContext(writer, event.span);
  writeAttributes(writer, event, maxAttributes);
  const body = out.length;
  out.string(STRING_VALUE, message ?? name);
  out.delimit(LOG_RECORD.body, body);
  out.small(LOG_RECORD.severityNumber, event.severity);
  out.time(LOG_RECORD.time, time[0], time[1]);
  out.delimit(LOG_RECORDS, start);
}

function writeAttributes(writer: ValueWriter, event: EncodableEvent, maxAttributes: number): void {
  const { overflow, truncated } = event;
  if (truncated !== undefined && truncated > 0) attribute(writer, EVENT.truncated, truncated);
  if (overflow !== undefined) attribute(writer, DATA, overflow);
  writeData(writer, event, maxAttributes);
  if (event.failure !== undefined) writeFailure(writer, event.failure);
  if (event.incomplete) attribute(writer, EVENT.incomplete, true);
  if (event.scope !== undefined) {
    attribute(writer, EVENT.duration, event.scope.duration);
    attribute(writer, EVENT.end, event.scope.end);
    attribute(writer, EVENT.start, event.scope.start);
  }
  if (event.hasSession ?? hasKeys(event.session)) attribute(writer, EVENT.session, event.session);
  if (event.projectId !== undefined) attribute(writer, EVENT.projectId, event.projectId);
  if (event.userId !== undefined) attribute(writer, EVENT.userId, event.userId);
  if (event.tags.length > 0) attribute(writer, EVENT.tags, event.tags);
  if (event.category !== undefined) attribute(writer, EVENT.category, event.category);
  writeId(writer, event.id);
}

function writeId({ out }: ValueWriter, id: string): void {
  const end = out.length;
  out.ascii(STRING_VALUE, id);
  out.entry(LOG_RECORD.attributes, EVENT.uid, end);
}

function writeFailure(
  writer: ValueWriter,
  { type, message, stacktrace }: NonNullable<Event['failure']>,
): void {
  attribute(writer, EVENT.exceptionStacktrace, stacktrace);
  attribute(writer, EVENT.exceptionMessage, message);
  attribute(writer, EVENT.exceptionType, type);
  attribute(writer, EVENT.errorType, type);
}

/** Plain data with few enough keys: nearly all data are so. */
function writeData(writer: ValueWriter, event: EncodableEvent, maxAttributes: number): void {
  const { data } = event;
  if (!isPlain(data)) throw BEYOND_LIMITS;
  const keys = Object.keys(data);
  const crowded = keys.length > maxAttributes - MAX_RESERVED;
  if (crowded && keys.length > roomForData(event, maxAttributes)) throw BEYOND_LIMITS;
  writer.enter(data);
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index] as string;
    attribute(writer, attributeName(key), data[key]);
  }
  writer.leave();
}

function attribute(writer: ValueWriter, name: string, value: unknown): void {
  writer.entry(LOG_RECORD.attributes, name, value);
}

function isPlain(data: Event['data']): boolean {
  const prototype: unknown = Object.getPrototypeOf(data);
  return (prototype === Object.prototype || prototype === null) && typeof data.toJSON !== 'function';
}

/** One place is kept for `event.truncated`, which is only known at the end. */
function roomForData(event: EncodableEvent, maxAttributes: number): number {
  const { scope, failure } = event;
  let reserved = 2;
  if (event.category !== undefined) reserved++;
  if (event.tags.length > 0) reserved++;
  if (event.userId !== undefined) reserved++;
  if (event.projectId !== undefined) reserved++;
  if (event.hasSession ?? hasKeys(event.session)) reserved++;
  if (scope !== undefined) reserved += 3;
  if (event.incomplete) reserved++;
  if (failure !== undefined) reserved += failure.stacktrace === undefined ? 3 : 4;
  return maxAttributes - reserved;
}

function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
}

function attributeName(key: string): string {
  if (RESERVED.has(key) || key === '' || key === '__proto__') return DATA_PREFIX + key;
  return key === DATA || key.startsWith(DATA_PREFIX) ? DATA_PREFIX + key : key;
}

function copyEvent(copier: ValueCopier, event: Event, maxAttributes: number): EncodableEvent {
  const hasSession = !isEmpty(event.session);
  const session = hasSession ? toRecord(copier.copy(event.session)) : {};
  const room = roomForData({ ...event, hasSession }, maxAttributes);
  const data = toRecord(
    isDirect(event.data, room) ? copier.copyEntries(event.data) : copier.copy(event.data),
  );
  const keys = Object.keys(data);
  const direct = keys.length <= room ? keys.length : Math.max(0, room - 1);
  return {
    ...event,
    hasSession,
    session,
    data: pick(data, keys.slice(0, direct)),
    overflow: direct === keys.length ? undefined : pick(data, keys.slice(direct)),
    truncated: copier.truncated,
  };
}

function isEmpty(session: object): boolean {
  try {
    return !hasKeys(session);
  } catch {
    return false;
  }
}

/** Whether each key of the data becomes an attribute. */
function isDirect(data: Event['data'], room: number): boolean {
  try {
    return isPlain(data) && Object.keys(data).length <= room;
  } catch {
    return false;
  }
}

/** What is no map (an array, a string) becomes one with the key `value`: nothing is lost. */
function toRecord(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  const isRecord = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
  return isRecord ? (value as Record<string, unknown>) : { value };
}

function pick(record: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = Object.create(null);
  for (const key of keys) picked[key] = record[key];
  return picked;
}
