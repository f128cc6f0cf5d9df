import { type Event, MAX_EVENT_BYTES } from '../event.ts';
import { type Promoted, promotedOf } from './promoted-of.ts';
import { standIn } from './stand-in.ts';
import { toRecord } from './to-record.ts';
import type { ValueCopier } from './value-copier.ts';

/** An event, and what copying it within the limits has changed. */
export interface EncodableEvent extends Event {
  /** Set on a copy: everything in it is within the limits. */
  readonly isCopy?: true;
  /** Whether there was a session: its copy may be empty. */
  readonly hasSession?: boolean;
  readonly hasContext?: boolean;
  /** Of the context before it was copied: a date is no text. */
  readonly promoted?: readonly Promoted[];
  /** The data beyond the attribute limit. */
  readonly overflow?: object | undefined;
  /** Longer strings are cut without being counted: it was asked for. */
  readonly maxValueLength?: number;
}

/** What session and data leave to message and stack, if these are that long. */
const MAX_TEXT_BYTES = MAX_EVENT_BYTES / 4;

/** The longest name and id kept of an event that is too large. */
const MAX_NAME_BYTES = 16 * 1024;

/** What surrounds message, type and stack. */
const TEXT_FRAMES = 128;

/** A copy of an event within the limits, whatever it holds; its message is what becomes the body. */
export function copyEvent(copier: ValueCopier, event: Event, maxAttributes: number): EncodableEvent {
  const { failure } = event;
  const identity = {
    id: copier.text(event.id, MAX_NAME_BYTES),
    name: copier.text(event.name, MAX_NAME_BYTES),
    category: event.category && copier.text(event.category, MAX_NAME_BYTES),
    userId: event.userId && copier.text(event.userId, MAX_NAME_BYTES),
    projectId: event.projectId && copier.text(event.projectId, MAX_NAME_BYTES),
    sessionId: event.sessionId && copier.text(event.sessionId, MAX_NAME_BYTES),
    previousSessionId: event.previousSessionId && copier.text(event.previousSessionId, MAX_NAME_BYTES),
    tags: event.tags.length === 0 ? [] : (copier.copy(event.tags) as Event['tags']),
  };
  const type = failure && copier.text(failure.type, MAX_NAME_BYTES);
  const texts = [event.message ?? event.name, failure?.message ?? '', failure?.stacktrace ?? ''];
  copier.setAside(Math.min(bytesOf(texts) + TEXT_FRAMES, MAX_TEXT_BYTES));
  const content = copyContent(copier, event, maxAttributes);
  copier.giveBack();
  const [body, message = '', stacktrace] = copyTexts(copier, texts);
  return {
    ...event,
    ...identity,
    ...content,
    isCopy: true,
    message: body,
    failure: failure && { type: type ?? '', message, stacktrace: failure.stacktrace && stacktrace },
    truncated: copier.truncated + (event.truncated ?? 0),
  };
}

function bytesOf(texts: readonly string[]): number {
  // One that is too long is not measured: it may be half a gigabyte.
  const bytes = (text: string): number =>
    text.length > MAX_TEXT_BYTES ? text.length : Buffer.byteLength(text);
  return texts.reduce((sum, text) => sum + bytes(text), 0);
}

/** Short ones first: it is the longest that is cut. */
function copyTexts(copier: ValueCopier, texts: readonly string[]): string[] {
  const copies = new Map<string, string>();
  for (const text of texts.toSorted((a, b) => a.length - b.length)) copies.set(text, copier.text(text));
  return texts.map((text) => copies.get(text) ?? '');
}

function copyContent(
  copier: ValueCopier,
  event: Event,
  maxAttributes: number,
): Pick<
  EncodableEvent,
  'hasSession' | 'session' | 'hasContext' | 'context' | 'promoted' | 'data' | 'overflow'
> {
  const hasSession = !isEmpty(event.session);
  const session = hasSession ? toRecord(copier.copy(event.session)) : {};
  const hasContext = !isEmpty(event.context);
  const context = hasContext ? toRecord(copier.copy(event.context)) : {};
  const promoted = promotedOf(event.context);
  const room = roomForData({ ...event, hasSession, hasContext, promoted }, maxAttributes);
  const data = toRecord(
    isDirect(event.data, room) ? copier.copyEntries(event.data) : copier.copy(event.data),
  );
  const keys = Object.keys(data);
  const direct = keys.length <= room ? keys.length : Math.max(0, room - 1);
  return {
    hasSession,
    session,
    hasContext,
    context,
    promoted,
    data: direct === keys.length ? data : pick(data, keys.slice(0, direct)),
    overflow: direct === keys.length ? undefined : pick(data, keys.slice(direct)),
  };
}

/** How many keys of the data become attributes. One place is kept for `event.truncated`, known only at the end. */
export function roomForData(event: EncodableEvent, maxAttributes: number): number {
  const { scope, failure } = event;
  let reserved = 2;
  if (event.category !== undefined) reserved++;
  if (event.tags.length > 0) reserved++;
  if (event.userId !== undefined) reserved++;
  if (event.projectId !== undefined) reserved++;
  if (event.sessionId !== undefined) reserved++;
  if (event.previousSessionId !== undefined) reserved++;
  if (event.hasSession ?? hasKeys(event.session)) reserved++;
  if (event.hasContext ?? hasKeys(event.context)) {
    reserved += 1 + (event.promoted ?? promotedOf(event.context)).length;
  }
  if (scope !== undefined) reserved += 3;
  if (event.schema !== undefined) reserved += event.schema.issues.length === 0 ? 2 : 3;
  if (event.incomplete) reserved++;
  if (failure !== undefined) reserved += failure.stacktrace === undefined ? 3 : 4;
  return maxAttributes - reserved;
}

/** Whether the fields of the data are what is to be read of it: it is no list, no date, and not its own `toJSON`. */
export function isMap(data: Event['data']): boolean {
  const isPlain = data.constructor === Object || data.constructor === undefined;
  if (!isPlain && (Array.isArray(data) || ArrayBuffer.isView(data) || standIn(data) !== data)) return false;
  return typeof data.toJSON !== 'function';
}

export function hasKeys(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
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
    return isMap(data) && Object.keys(data).length <= room;
  } catch {
    return false;
  }
}

function pick(record: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = Object.create(null);
  for (const key of keys) picked[key] = record[key];
  return picked;
}
