import { AsyncLocalStorage } from 'node:async_hooks';
import { bigintText } from '../../otlp/values/bigint-text.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What contexts say of an event: the merged fields, and the ids among them. */
export interface ContextView {
  /** Frozen; shared by all events that see it. */
  readonly fields: Fields;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  readonly sessionId: string | undefined;
}

/** One context that was entered. Immutable: leaving one that is not on top makes those above anew. */
class Frame {
  /** The logger family that entered it; others do not see it. */
  readonly owner: object;
  readonly name: string | undefined;
  readonly own: Fields;
  readonly outer: Frame | undefined;
  /** Its own fields over those of the owner's frames around. */
  readonly view: ContextView;
  /** The last answer of `over`: a request asks with the same logger again and again. */
  #base: ContextView | undefined;
  #over: ContextView | undefined;

  constructor(owner: object, name: string | undefined, own: Fields, outer: Frame | undefined) {
    this.owner = owner;
    this.name = name;
    this.own = own;
    this.outer = outer;
    const around = frameOf(owner, outer)?.view.fields;
    this.view = toView(around === undefined ? own : { ...around, ...own });
  }

  /** The view with the fields of a child logger underneath. */
  over(base: ContextView): ContextView {
    if (base === NO_CONTEXT) return this.view;
    if (this.#base !== base || this.#over === undefined) {
      this.#base = base;
      this.#over = toView({ ...base.fields, ...this.view.fields });
    }
    return this.#over;
  }
}

/**
 * What a callback of `context()`, or a request, runs in: what is entered inside is seen everywhere inside,
 * also after awaits and by whoever called, and nowhere else.
 */
class Enclosure {
  top: Frame | undefined;

  constructor(top: Frame | undefined) {
    this.top = top;
  }
}

const storage = new AsyncLocalStorage<Enclosure | Frame>();

/** No context at all. */
export const NO_CONTEXT: ContextView = toView({});

/** The view of a context's own fields, for the defaults of a logger. */
export function toView(fields: Fields): ContextView {
  return {
    fields: Object.freeze(fields),
    userId: idOf(fields, 'user_id'),
    projectId: idOf(fields, 'project_id'),
    sessionId: idOf(fields, 'session_id'),
  };
}

/** What `owner` has entered here, over the fields of one of its loggers; undefined if it has entered nothing. */
export function contextOver(owner: object, base: ContextView): ContextView | undefined {
  const top = current();
  return top === undefined ? undefined : frameOf(owner, top)?.over(base);
}

/** Enters a context from here on: in all of the enclosure, or, outside of any, in what follows from here. */
export function enterFrame(owner: object, name: string, fields: Fields): void {
  change(new Frame(owner, name, fields, current()));
}

/** Leaves the innermost context of that name. @returns whether there was one */
export function exitFrame(owner: object, name: string): boolean {
  const top = current();
  let found = top;
  while (found !== undefined && (found.owner !== owner || found.name !== name)) found = found.outer;
  if (top === undefined || found === undefined) return false;
  change(without(top, found));
  return true;
}

/** Runs `fn` in an enclosure of its own, with a context entered. */
export function runInFrame<T>(owner: object, name: string | undefined, fields: Fields, fn: () => T): T {
  return storage.run(new Enclosure(new Frame(owner, name, fields, current())), fn);
}

function current(): Frame | undefined {
  const store = storage.getStore();
  return store instanceof Enclosure ? store.top : store;
}

function change(top: Frame | undefined): void {
  const store = storage.getStore();
  if (store instanceof Enclosure) store.top = top;
  else storage.enterWith(top as Frame);
}

function frameOf(owner: object, top: Frame | undefined): Frame | undefined {
  let frame = top;
  while (frame !== undefined && frame.owner !== owner) frame = frame.outer;
  return frame;
}

function without(top: Frame, left: Frame): Frame | undefined {
  if (top === left) return top.outer;
  return new Frame(top.owner, top.name, top.own, without(top.outer as Frame, left));
}

function idOf(fields: Fields, key: string): string | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value === 'bigint') return bigintText(value);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
