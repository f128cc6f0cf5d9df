import type { Event } from '../event.ts';
import type { ProcessorEvent } from './processor.ts';

type Fields = Record<string, unknown>;

/** What a route's processors are given, and what they made of it. */
export interface EventView {
  readonly event: ProcessorEvent;
  /** The event as it is now; the very same if nothing was touched. */
  result(): Event;
}

/** Deeper than an event is kept. */
const MAX_DEPTH = 64;

/**
 * A view of an event for one route. What can be changed in place (data, session, context, tags) is copied when
 * it is first looked at: a route that only reads names costs no copy, and what one route does no other sees.
 */
export function viewOf(original: Event): EventView {
  let data: Fields | undefined;
  let session: Fields | undefined;
  let context: Fields | undefined;
  let tags: string[] | undefined;
  const timestamp = original.time[0] * 1000 + original.time[1] / 1e6;
  // Fields of its own, accessors included: `{ ...event, data: … }` is what processors return.
  const event: ProcessorEvent = {
    id: original.id,
    name: original.name,
    get data() {
      data ??= copyOf(original.data) as Fields;
      return data;
    },
    set data(value) {
      data = toFields(value);
    },
    category: original.category,
    get tags() {
      tags ??= [...original.tags];
      return tags;
    },
    set tags(value) {
      tags = Array.isArray(value) ? value.map(String) : [];
    },
    get session() {
      session ??= copyOf(original.session) as Fields;
      return session;
    },
    set session(value) {
      session = toFields(value);
    },
    get context() {
      context ??= copyOf(original.context) as Fields;
      return context;
    },
    set context(value) {
      context = toFields(value);
    },
    userId: original.userId,
    projectId: original.projectId,
    timestamp,
    severity: original.severity,
    message: original.message,
  };
  const isTouched = (): boolean =>
    data !== undefined ||
    session !== undefined ||
    context !== undefined ||
    tags !== undefined ||
    event.name !== original.name ||
    event.category !== original.category ||
    event.userId !== original.userId ||
    event.projectId !== original.projectId ||
    event.timestamp !== timestamp ||
    event.severity !== original.severity ||
    event.message !== original.message;
  const result = (): Event => {
    if (!isTouched()) return original;
    return {
      ...original,
      name: textOf(event.name) || original.name,
      category: textOf(event.category),
      userId: textOf(event.userId),
      projectId: textOf(event.projectId),
      message: textOf(event.message),
      severity: severityOf(event.severity) ?? original.severity,
      time: event.timestamp === timestamp ? original.time : (timeOf(event.timestamp) ?? original.time),
      data: data ?? original.data,
      session: session ?? original.session,
      context: context ?? original.context,
      tags: tags ?? original.tags,
    };
  };
  return { event, result };
}

/** A copy of plain objects and lists, however deep; what is no plain object is shared. */
function copyOf(value: unknown, depth = 0, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    copies.set(value, list);
    for (const item of value) list.push(copyOf(item, depth + 1, copies));
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && depth > 0) return value;
  const fields: Fields = {};
  copies.set(value, fields);
  for (const key of Object.keys(value)) {
    set(fields, key, copyOf(fieldOf(value as Fields, key), depth + 1, copies));
  }
  return fields;
}

function fieldOf(fields: Fields, key: string): unknown {
  try {
    return fields[key];
  } catch {
    return '[Unreadable]';
  }
}

/** As an own field, even if it is called `__proto__`. */
function set(fields: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') fields[key] = value;
  else Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true });
}

function toFields(value: unknown): Fields {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : { value };
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function severityOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24 ? Number(value) : undefined;
}

function timeOf(value: unknown): Event['time'] | undefined {
  const ms = Number(value);
  if (!Number.isFinite(ms) || ms < 0) return undefined;
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
