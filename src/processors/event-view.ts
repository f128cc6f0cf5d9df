import types from 'node:util/types';
import { mapFirst } from '../bounded-list.ts';
import { toEpochTime } from '../epoch-time.ts';
import type { Event } from '../event.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';
import type { ProcessorEvent } from './processor.ts';

type Fields = Record<string, unknown>;

/**
 * A view of an event for one route. What can be changed in place (data, session, context, tags) is copied when
 * it is first looked at: a route that only reads names costs no copy, and what one route does no other sees. The
 * copy is plain: what the event holds is there as it will be emitted.
 *
 * These four are accessors of the class: `{ ...event, name }` leaves them out, and what a processor leaves out
 * stays as it is.
 */
export class EventView implements ProcessorEvent {
  readonly id: string;
  name: string;
  category: string | undefined;
  userId: string | undefined;
  projectId: string | undefined;
  timestamp: number;
  severity: number;
  message: string | undefined;
  readonly #original: Event;
  #data: Fields | undefined;
  #isBare: true | undefined;
  #session: Fields | undefined;
  #context: Fields | undefined;
  #tags: string[] | undefined;
  #truncated: number | undefined;

  constructor(original: Event) {
    this.#original = original;
    this.id = original.id;
    this.name = original.name;
    this.category = original.category;
    this.userId = original.userId;
    this.projectId = original.projectId;
    this.timestamp = msOf(original.time);
    this.severity = original.severity;
    this.message = original.message;
    this.#truncated = original.truncated;
  }

  get data(): Fields {
    this.#data ??= this.#copy(this.#original.data, () => {
      this.#isBare = true;
    });
    return this.#data;
  }
  set data(value: unknown) {
    // A map in place of a text is still the text that was given, under its key.
    if (isBare(value)) this.#isBare = true;
    this.#data = toFields(value);
  }

  get session(): Fields {
    this.#session ??= this.#copy(this.#original.session);
    return this.#session;
  }
  set session(value: unknown) {
    this.#session = toFields(value);
  }

  get context(): Fields {
    this.#context ??= this.#copy(this.#original.context);
    return this.#context;
  }
  set context(value: unknown) {
    this.#context = toFields(value);
  }

  get tags(): string[] {
    this.#tags ??= [...this.#original.tags];
    return this.#tags;
  }
  set tags(value: unknown) {
    this.#tags = Array.isArray(value) ? mapFirst(value, String, (count) => this.#cut(count)) : [];
  }

  #copy(fields: Event['data'], onBare?: () => void): Fields {
    return copyFields(fields, (count) => this.#cut(count), onBare);
  }

  #cut(count: number): void {
    this.#truncated = (this.#truncated ?? 0) + count;
  }

  /** All of it, for whoever writes it somewhere. */
  toJSON(): ProcessorEvent {
    const { data, session, context, tags } = this;
    return { ...this, data, session, context, tags };
  }

  /** The event as a view is now; the very same if nothing was touched. */
  static resultOf(view: EventView): Event {
    const original = view.#original;
    if (!EventView.#isTouched(view)) return original;
    const isMoved = view.timestamp !== msOf(original.time);
    return {
      ...original,
      name: textOf(view.name) || original.name,
      category: textOf(view.category),
      userId: textOf(view.userId),
      projectId: textOf(view.projectId),
      message: textOf(view.message),
      severity: severityOf(view.severity) ?? original.severity,
      time: isMoved ? (timeOf(view.timestamp) ?? original.time) : original.time,
      data: view.#data ?? original.data,
      isBare: view.#isBare ?? original.isBare,
      session: view.#session ?? original.session,
      context: view.#context ?? original.context,
      tags: view.#tags ?? original.tags,
      truncated: view.#truncated,
    };
  }

  static #isTouched(view: EventView): boolean {
    const original = view.#original;
    return (
      view.#data !== undefined ||
      view.#session !== undefined ||
      view.#context !== undefined ||
      view.#tags !== undefined ||
      view.name !== original.name ||
      view.category !== original.category ||
      view.userId !== original.userId ||
      view.projectId !== original.projectId ||
      view.timestamp !== msOf(original.time) ||
      view.severity !== original.severity ||
      view.message !== original.message
    );
  }
}

function toFields(value: unknown): Fields {
  if (value === undefined || value === null) return {};
  return isBare(value) ? { value } : (value as Fields);
}

function isBare(value: unknown): boolean {
  return value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value));
}

function msOf(time: Event['time']): number {
  return time[0] * 1000 + time[1] / 1e6;
}

/** @returns undefined for what is no text and becomes none */
function textOf(value: unknown): string | undefined {
  try {
    return value === undefined || value === null ? undefined : String(value);
  } catch {
    return undefined;
  }
}

function severityOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24 ? Number(value) : undefined;
}

function timeOf(value: unknown): Event['time'] | undefined {
  return toEpochTime(types.isDate(value) ? value : Number(textOf(value)));
}
