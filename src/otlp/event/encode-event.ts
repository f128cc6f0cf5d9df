import { type Event, MAX_ATTRIBUTES } from '../../event.ts';
import { CONVENTIONAL, DATA } from '../values/event-attributes.ts';
import { KeyCache } from '../values/key-cache.ts';
import { STRING_VALUE, type ValueWriter } from '../values/value-writer.ts';
import { CachedKey } from '../wire/cached-key.ts';
import { BEYOND_LIMITS } from '../wire/forward-writer.ts';
import { LOG_RECORD, LOG_RECORDS } from '../wire/record-tags.ts';
import { copyEvent, isMap } from './copy-event.ts';
import { DATA_KEYS } from './data-keys.ts';
import type { EncodableEvent } from './encodable-event.ts';
import { type Encoding, encodeWith } from './encode-with.ts';
import { keepsName } from './keeps-name.ts';
import { KEY, roomForData, roomForKept, writeIdentity, writeIds, writeOutcome } from './write-attributes.ts';
import { writeRecordContext } from './write-record-context.ts';

/** How an event is encoded: quickly, or with care. */
export const EVENT_ENCODING: Encoding<EncodableEvent> = { write: writeEvent, copy: copyEvent };

const DATA_KEY = new CachedKey(DATA);

const CONVENTIONAL_KEYS = new Map([...CONVENTIONAL].map((name) => [name, new CachedKey(name)]));

const EVENT_NAMES = new KeyCache();

/** What nearly all records and texts take: 128 bytes to 16 KiB, and less than 128. */
const RECORD_WIDTH = 2;
const TEXT_WIDTH = 1;

/**
 * Encodes an event as one `log_records` field of `ScopeLogs`, tag and length included: fields of several
 * events behind each other are the content of one `ScopeLogs`. Nothing in the data makes it throw, and
 * nothing of the caller's is kept. No event takes much more than `MAX_EVENT_BYTES`.
 * @param maxAttributes - data keys beyond this many attributes go into the one map attribute `data`
 * @param maxValueLength - longer texts and bytes in attributes are cut, identifiers excepted; default no limit
 * @returns a view of a buffer that is used again: valid until the next call
 * @see docs/mapping.md
 */
export function encodeEvent(
  event: Event,
  maxAttributes: number = MAX_ATTRIBUTES,
  maxValueLength?: number,
): Uint8Array {
  const limited = maxValueLength === undefined ? event : { ...event, maxValueLength };
  return encodeWith<EncodableEvent>(EVENT_ENCODING, limited, maxAttributes);
}

function writeEvent(writer: ValueWriter, event: EncodableEvent, maxAttributes: number): void {
  const { out } = writer;
  const { time, observedTime, message, name, span } = event;
  const cachedName = EVENT_NAMES.get(name);
  const start = out.open(LOG_RECORDS, RECORD_WIDTH);
  out.time(LOG_RECORD.time, time[0], time[1]);
  out.int(LOG_RECORD.severityNumber, event.severity);
  const body = out.open(LOG_RECORD.body, TEXT_WIDTH);
  if (message === undefined && cachedName !== undefined) out.cached(STRING_VALUE, cachedName);
  else out.string(STRING_VALUE, message ?? name);
  out.close(body, TEXT_WIDTH);
  writeAttributes(writer, event, maxAttributes);
  if (span !== undefined) writeRecordContext(writer, span);
  out.time(LOG_RECORD.observedTime, observedTime[0], observedTime[1]);
  if (cachedName !== undefined) out.cached(LOG_RECORD.eventName, cachedName);
  else out.string(LOG_RECORD.eventName, name);
  out.close(start, RECORD_WIDTH);
}

function writeAttributes(writer: ValueWriter, event: EncodableEvent, maxAttributes: number): void {
  let count = writeIds(writer, event);
  if (event.maxValueLength !== undefined) writer.maxValueLength = event.maxValueLength;
  count += writeIdentity(writer, event);
  count += writeOutcome(writer, event);
  writeData(writer, event, roomForData(maxAttributes, count));
  if (writer.keptNames !== undefined) writeKeptNames(writer, writer.keptNames);
  if (event.overflow !== undefined) writer.attribute(DATA_KEY, event.overflow);
  if (event.truncated) writer.attribute(KEY.truncated, event.truncated);
}

function writeData(writer: ValueWriter, event: EncodableEvent, room: number): void {
  const { data } = event;
  if (!event.isCopy && !isMap(data)) throw BEYOND_LIMITS;
  const { length } = writer.out;
  writer.enter(data);
  const fits =
    data.constructor === Object ? writePlainData(writer, event, room) : writeOtherData(writer, event, room);
  if (!fits) {
    writer.out.rewind(length);
    writeMuchData(writer, event, room);
  }
  writer.leave();
}

/** Who reads the data back goes by them: they are not cut. */
function writeKeptNames(writer: ValueWriter, names: readonly string[]): void {
  const { maxValueLength } = writer;
  writer.maxValueLength = Number.POSITIVE_INFINITY;
  writer.attribute(KEY.kept, names);
  writer.maxValueLength = maxValueLength;
}

/** One key of the data. Small, so that V8 puts it into the loops. */
function writeField(writer: ValueWriter, event: EncodableEvent, key: string, value: unknown): number {
  const cached = DATA_KEYS.get(key);
  return cached === undefined
    ? writeMoved(writer, event, key, value)
    : writer.entry(LOG_RECORD.attributes, cached, value);
}

/** A key that is not cached, as those that are written under another name, unless they may keep their own. */
function writeMoved(writer: ValueWriter, event: EncodableEvent, key: string, value: unknown): number {
  const kept = keepsName(event, key, value) ? CONVENTIONAL_KEYS.get(key) : undefined;
  if (kept === undefined) return writer.field(LOG_RECORD.attributes, DATA_KEYS, key, value);
  writer.keptNames = [...(writer.keptNames ?? []), key];
  return writer.entry(LOG_RECORD.attributes, kept, value);
}

/** Both return whether no more than `room` attributes were written. */
function writePlainData(writer: ValueWriter, event: EncodableEvent, room: number): boolean {
  const { data } = event;
  let left = room;
  let last: string | undefined;
  for (const key in data) {
    left -= writeField(writer, event, key, data[key]);
    if (left < 0) return false;
    last = key;
  }
  // Inherited keys come after the data's own.
  if (last !== undefined && !Object.hasOwn(data, last)) throw BEYOND_LIMITS;
  return writer.keptNames === undefined || left > 0;
}

/** Apart, since V8 compiles a `for-in` to something slower once it has seen objects of another kind. */
function writeOtherData(writer: ValueWriter, event: EncodableEvent, room: number): boolean {
  const { data } = event;
  let left = room;
  for (const key of Object.keys(data)) {
    left -= writeField(writer, event, key, data[key]);
    if (left < 0) return false;
  }
  return writer.keptNames === undefined || left > 0;
}

/** More keys than attributes: those for which there is no place become one map. */
function writeMuchData(writer: ValueWriter, event: EncodableEvent, room: number): void {
  const { data } = event;
  const keys = Object.keys(data);
  writer.keptNames = undefined;
  let left = room - 1 - roomForKept(event, data);
  let next = 0;
  for (; next < keys.length && left > 0; next++) {
    const key = keys[next] as string;
    left -= writeField(writer, event, key, data[key]);
  }
  writer.entryOf(LOG_RECORD.attributes, DATA_KEY, data, keys.slice(next));
}
