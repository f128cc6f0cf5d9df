import type { SpanContext } from '@opentelemetry/api';
import { mapFirst } from '../bounded-list.ts';
import { counted } from '../counted.ts';
import { toEpochTime } from '../epoch-time.ts';
import { OtelEventsError } from '../errors.ts';
import { type Event, type EventSchema, MAX_NAME_LENGTH } from '../event.ts';
import { firstUnits } from '../first-units.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';
import { isBare, toRecord } from '../otlp/event/to-record.ts';
import { standIn } from '../otlp/values/stand-in.ts';
import { checkedOptions, EVENT_OPTIONS, isSession, isSimple, warn as warnOfType } from './checked-options.ts';
import { epochNow, toEpochMs } from './clock.ts';
import type { ContextView } from './context/context-frame.ts';
import type { Diagnostics } from './diagnostics.ts';
import { eventId } from './event-id.ts';
import type { LogOptions, TrackOptions } from './options.ts';
import { INFO, parseSeverity } from './severity.ts';
import { textOf } from './text-of.ts';
import { unusableTime } from './unusable-time.ts';

/** What a logger adds to each of its events. */
export interface EventDefaults {
  readonly session: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** The context of a child logger. */
  readonly context: ContextView;
}

/** What a caller gave for one event; unchecked, since callers need not be TypeScript. */
export interface EventCall {
  readonly name: unknown;
  readonly data: unknown;
  /** Set where data that were no map have become one already. */
  readonly isBare?: boolean;
  readonly options: LogOptions | TrackOptions | undefined;
  readonly defaults: EventDefaults;
  /** The session of the scopes around. */
  readonly scopeSession: Readonly<Record<string, unknown>>;
  /** What was entered around, over the logger's own. */
  readonly context: ContextView;
  /** What its data were checked against. */
  readonly schema?: EventSchema | undefined;
  /** The span the event belongs to. */
  readonly span: SpanContext | undefined;
  readonly diagnostics: Diagnostics;
}

const NO_OPTIONS: LogOptions = Object.freeze({});

/**
 * An event as it stands when it is logged or its scope begins. Never throws: whatever is unusable is put right
 * and said once.
 */
export function draftEvent(call: EventCall): Event {
  try {
    return draft(call);
  } catch {
    // A getter, a proxy or a `toString` threw.
    let isBare = false;
    const data = copyFields(call.data, undefined, () => {
      isBare = true;
    });
    return draftReadable({ ...call, data, isBare });
  }
}

/** An event of what can be read. */
function draftReadable(call: EventCall): Event {
  const options: Record<string, unknown> = {};
  for (const name of EVENT_OPTIONS) {
    const option = readableOption(call, name);
    if (option !== undefined) Object.assign(options, option);
  }
  try {
    return draft({ ...call, options });
  } catch {
    // What could be read once cannot be read again.
    return draft({ ...call, options: undefined });
  }
}

/** One option alone; undefined, which is said, if no event can be made with it. */
function readableOption(call: EventCall, name: string): LogOptions | undefined {
  try {
    const value = (call.options as Record<string, unknown> | undefined)?.[name];
    if (value === undefined) return undefined;
    const option = { [name]: name === 'session' ? copyFields(value) : value };
    draft({ ...call, options: option });
    return option;
  } catch {
    warn(call.diagnostics, 'unreadable', 'options of an event that cannot be read are ignored');
    return undefined;
  }
}

function draft(call: EventCall): Event {
  const { defaults, scopeSession, context, diagnostics } = call;
  const options = call.options === undefined ? NO_OPTIONS : checkedOptions(call.options, diagnostics);
  const observedTime = epochNow();
  const data = toData(call.data);
  const { timestamp } = options;
  const time = timestamp === undefined ? observedTime : toEpochTime(timestamp);
  return {
    id: eventId(Math.floor(toEpochMs(observedTime))),
    name: typeof call.name === 'string' && call.name !== '' ? cut(call.name, diagnostics) : nameOf(call),
    time: time ?? observedTime,
    observedTime,
    givenTime: time === undefined ? unusableTime(timestamp, diagnostics) : undefined,
    severity: options.severity === undefined ? INFO : severityOf(options, diagnostics),
    message: toText(options.message),
    category: toText(options.category),
    tags: tagsOf(defaults.tags, options.tags, diagnostics),
    userId: toText(options.userId) ?? context.userId ?? defaults.userId,
    projectId: toText(options.projectId) ?? context.projectId ?? defaults.projectId,
    session: sessionOf(defaults.session, scopeSession, options.session),
    sessionId: context.sessionId,
    previousSessionId: undefined,
    context: context.fields,
    data,
    isBare: call.isBare ?? isBare(data, call.data),
    schema: call.schema,
    scope: undefined,
    failure: undefined,
    incomplete: false,
    span: call.span,
    exporters: options.exporters === undefined ? undefined : namesOf(options, diagnostics),
    outputPath: options.outputPath === undefined ? undefined : pathOf(options, diagnostics),
  };
}

/** Data as an object of its own. What is no map (a text, a list, a date) becomes one with the key `value`. */
export function toData(data: unknown): Readonly<Record<string, unknown>> {
  if (data === undefined || data === null) return {};
  return typeof data === 'object' && isMapLike(data)
    ? (data as Readonly<Record<string, unknown>>)
    : { value: data };
}

function isMapLike(data: object): boolean {
  if (Array.isArray(data)) return false;
  if (data.constructor === Object) return true;
  const plain = standIn(data);
  return toRecord(plain) === plain;
}

function nameOf({ name, diagnostics }: EventCall): string {
  if (typeof name === 'number' || typeof name === 'boolean') return String(name);
  diagnostics.once('name', () => {
    const fix = 'give every event a name such as cart.item_added';
    const message = "an event without a name is emitted as 'unknown'; this is said once";
    return new OtelEventsError('EVENT_NAME_INVALID', message, { fix });
  });
  return 'unknown';
}

function cut(name: string, diagnostics: Diagnostics): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  warn(diagnostics, 'long name', `an event name of ${name.length} characters is cut to ${MAX_NAME_LENGTH}`);
  return firstUnits(name, MAX_NAME_LENGTH);
}

function severityOf({ severity }: LogOptions, diagnostics: Diagnostics): number {
  const parsed = parseSeverity(severity);
  if (parsed === undefined) {
    const wanted = 'option severity of an event: wanted a number from 1 to 24 or a name such as WARN';
    warnOfType(diagnostics, 'severity', wanted, severity, 'INFO is used');
  }
  return parsed ?? INFO;
}

function pathOf({ outputPath }: LogOptions, diagnostics: Diagnostics): string | undefined {
  if (typeof outputPath === 'string' && outputPath !== '') return outputPath;
  const wanted = 'option outputPath of an event: wanted a path that is not empty';
  warnOfType(diagnostics, 'outputPath', wanted, outputPath, 'it is ignored');
  return undefined;
}

function namesOf({ exporters }: LogOptions, diagnostics: Diagnostics): readonly string[] | undefined {
  if (Array.isArray(exporters)) return textsOf('exporters', exporters, diagnostics);
  const wanted = 'option exporters of an event: wanted an array of names';
  warnOfType(diagnostics, 'exporters', wanted, exporters, 'it is ignored');
  return undefined;
}

function tagsOf(own: readonly string[], added: unknown, diagnostics: Diagnostics): readonly string[] {
  if (typeof added === 'string') return [...new Set([...own, added])];
  if (!Array.isArray(added) || added.length === 0) return own;
  return [...new Set([...own, ...textsOf('tags', added, diagnostics)])];
}

function textsOf(name: string, list: readonly unknown[], diagnostics: Diagnostics): string[] {
  const toItem = (item: unknown): string => {
    if (typeof item === 'string') return item;
    if (!isSimple(item)) {
      const wanted = `an item of option ${name} of an event: wanted a string`;
      warnOfType(diagnostics, `${name} item`, wanted, item, 'what String() makes of it is taken');
    }
    return textOf(item);
  };
  return mapFirst(list, toItem, (count) =>
    warn(
      diagnostics,
      `long ${name}`,
      `option ${name} of an event: ${counted(count, 'item too many is', 'items too many are')} left out`,
    ),
  );
}

/** The session that a scope's options give, over those around it. */
export function mergedSession(
  outer: Readonly<Record<string, unknown>>,
  options: TrackOptions | undefined,
): Readonly<Record<string, unknown>> {
  let own: unknown;
  try {
    own = options?.session;
    return isSession(own) ? { ...outer, ...own } : outer;
  } catch {
    return { ...outer, ...copyFields(own) };
  }
}

/** Options over those that a definition has; ones that cannot be read are none. */
export function mergedOptions<T extends LogOptions>(own: LogOptions | undefined, given: T | undefined): T {
  try {
    return own === undefined ? ((given ?? NO_OPTIONS) as T) : ({ ...own, ...given } as T);
  } catch {
    return { ...own } as T;
  }
}

function sessionOf(
  own: Readonly<Record<string, unknown>>,
  scope: Readonly<Record<string, unknown>>,
  call: unknown,
): Readonly<Record<string, unknown>> {
  const added = isSession(call) ? call : undefined;
  return added === undefined && isEmpty(scope) ? own : { ...own, ...scope, ...added };
}

function isEmpty(map: object): boolean {
  for (const _ in map) return false;
  return true;
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : textOf(value);
}

function warn(diagnostics: Diagnostics, kind: string, message: string): void {
  diagnostics.once(kind, () => new OtelEventsError('EVENT_INVALID', `${message}; this is said once`));
}
