import { type Event, MAX_EVENT_BYTES } from '../../event.ts';
import { EVENT } from '../values/event-attributes.ts';
import { PROMOTED } from '../values/promoted.ts';
import { standIn } from '../values/stand-in.ts';
import type { ValueCopier } from '../values/value-copier.ts';
import { type EncodableEvent, hasKeys } from './encodable-event.ts';
import { promotedOf } from './promoted-of.ts';
import { isBare, toRecord } from './to-record.ts';
import { countAttributes, roomForData, roomForKept } from './write-attributes.ts';

/** More attributes than an event can have beside its data, the list of kept names among them. */
const MOST_BESIDE = Object.keys(EVENT).length + Object.keys(PROMOTED).length;

type Copy = { -readonly [Key in keyof EncodableEvent]: EncodableEvent[Key] };

const NOTHING = Object.freeze({});

/** In UTF-16 code units. */
const SHORT_TEXT = 256;

/** What session and data leave to message and stack, if these are that long. */
const MAX_TEXT_BYTES = MAX_EVENT_BYTES / 4;

/** The longest name and id kept of an event that is too large. */
const MAX_NAME_BYTES = 16 * 1024;

/** What surrounds message, type and stack. */
const TEXT_FRAMES = 128;

/** A copy of an event within the limits, whatever it holds; its message is what becomes the body. */
export function copyEvent(copier: ValueCopier, event: Event, maxAttributes: number): EncodableEvent {
  const { failure } = event;
  const copy = copyNames(copier, event);
  const type = failure && copier.text(failure.type, MAX_NAME_BYTES);
  const body = event.message ?? event.name;
  const texts = failure === undefined ? [body] : [body, failure.message, failure.stacktrace ?? ''];
  copier.setAside(Math.min(bytesOf(copier, texts) + TEXT_FRAMES, MAX_TEXT_BYTES));
  copySurroundings(copier, event, copy);
  copyData(copier, event, copy, maxAttributes);
  copier.giveBack();
  // Without a list: V8 compiles what takes one apart too early, and all that calls this once more.
  if (failure === undefined) copy.message = copier.text(body);
  else copyWithFailure(copier, copy, texts, failure, type);
  copy.truncated = copier.truncated + (event.truncated ?? 0);
  return copy;
}

/** A copy of what is known of an event from its start: session and context, no data. */
export function copyIdentity(copier: ValueCopier, event: Event): EncodableEvent {
  const copy = copyNames(copier, event);
  copySurroundings(copier, event, copy);
  return copy;
}

/** With all fields from the beginning: one shape for all copies. */
function copyNames(copier: ValueCopier, event: Event): Copy {
  return {
    id: copier.text(event.id, MAX_NAME_BYTES),
    name: copier.text(event.name, MAX_NAME_BYTES),
    category: event.category && copier.text(event.category, MAX_NAME_BYTES),
    userId: event.userId && copier.text(event.userId, MAX_NAME_BYTES),
    projectId: event.projectId && copier.text(event.projectId, MAX_NAME_BYTES),
    sessionId: event.sessionId && copier.text(event.sessionId, MAX_NAME_BYTES),
    previousSessionId: event.previousSessionId && copier.text(event.previousSessionId, MAX_NAME_BYTES),
    tags: event.tags.length === 0 ? [] : (copier.copy(event.tags) as Event['tags']),
    time: event.time,
    observedTime: event.observedTime,
    givenTime: event.givenTime,
    severity: event.severity,
    schema: event.schema,
    scope: event.scope,
    incomplete: event.incomplete,
    span: event.span,
    exporters: event.exporters,
    outputPath: event.outputPath,
    message: undefined,
    failure: event.failure,
    hasSession: false,
    session: NOTHING,
    hasContext: false,
    context: NOTHING,
    promoted: undefined,
    data: NOTHING,
    isBare: event.isBare,
    overflow: undefined,
    truncated: 0,
    isCopy: true,
    maxValueLength: (event as EncodableEvent).maxValueLength,
  };
}

function bytesOf(copier: ValueCopier, texts: readonly string[]): number {
  let sum = 0;
  // One that is too long is not measured: it may be half a gigabyte.
  for (const text of texts) sum += text.length > MAX_TEXT_BYTES ? text.length : copier.bytesOf(text);
  return sum;
}

function copyWithFailure(
  copier: ValueCopier,
  copy: Copy,
  texts: readonly string[],
  failure: NonNullable<Event['failure']>,
  type = '',
): void {
  const [message, failureMessage = '', stacktrace] = copyTexts(copier, texts);
  copy.message = message;
  copy.failure = { type, message: failureMessage, stacktrace: failure.stacktrace && stacktrace };
}

/** Short ones first: it is the longest that is cut. */
function copyTexts(copier: ValueCopier, texts: readonly string[]): string[] {
  // Set aside for them, so nothing is cut.
  if (texts.every(({ length }) => length < SHORT_TEXT)) return texts.map((text) => copier.text(text));
  const copies = new Map<string, string>();
  for (const text of texts.toSorted((a, b) => a.length - b.length)) copies.set(text, copier.text(text));
  return texts.map((text) => copies.get(text) ?? '');
}

function copySurroundings(copier: ValueCopier, event: Event, copy: Copy): void {
  copy.hasSession = !isEmpty(event.session);
  if (copy.hasSession) copy.session = toRecord(copier.copy(event.session));
  copy.hasContext = !isEmpty(event.context);
  if (!copy.hasContext) return;
  copy.context = toRecord(copier.copy(event.context));
  copy.promoted = promotedOf(event.context);
}

function copyData(copier: ValueCopier, event: Event, copy: Copy, maxAttributes: number): void {
  // For nearly all data there is room whatever else is written, and nothing to be counted.
  const isShort = isDirect(event.data, roomForData(maxAttributes, MOST_BESIDE));
  const room = isShort ? Number.POSITIVE_INFINITY : roomForData(maxAttributes, countAttributes(copy));
  const isWhole = isShort || isDirect(event.data, room);
  const copied = isWhole ? copier.copyEntries(event.data) : copier.copyData(event.data);
  const data = toRecord(copied);
  // What a `toJSON` gives need be no map either.
  if (isBare(data, copied)) copy.isBare = true;
  copy.data = data;
  if (isShort) return;
  const keys = Object.keys(data);
  const forKept = roomForKept(copy, data);
  if (keys.length <= room - forKept) return;
  const direct = Math.max(0, room - forKept - 1);
  copy.data = pick(data, keys.slice(0, direct));
  copy.overflow = pick(data, keys.slice(direct));
}

/** Whether the fields of the data are what is to be read of it: it is no list, no date, and not its own `toJSON`. */
export function isMap(data: Event['data']): boolean {
  const isPlain = data.constructor === Object || data.constructor === undefined;
  if (!isPlain && (Array.isArray(data) || ArrayBuffer.isView(data) || standIn(data) !== data)) return false;
  return typeof data.toJSON !== 'function';
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
