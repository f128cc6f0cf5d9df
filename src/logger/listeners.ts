import type { EventSchema } from '../event.ts';
import { copyFields } from '../otlp/event/copy-fields.ts';

type Data = Readonly<Record<string, unknown>>;

/**
 * Hears of events that have a schema. What it returns may be a promise. `versionNumber` is the version where the schema
 * has it as a number.
 * @typeParam Logger - the logger that was called
 */
export type Listener<Logger = never> = (
  logger: Logger,
  schemaId: string,
  data: Data,
  version: string,
  versionNumber: number | undefined,
) => unknown;

/** Changes the data of an event that has a schema, before they are checked. Nothing returned: they stay. */
export type Modifier = (
  schemaId: string,
  data: Record<string, unknown>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a modifier that only looks returns nothing
) => object | undefined | void;

/** For which schema; undefined: for all, those to come included. */
export interface ForSchema {
  readonly schemaId?: string;
}

/** Which of two views of an event a listener gets. */
export interface ListenerOptions extends ForSchema {
  /** The data before modifiers, redacted all the same. Default: as they go out. */
  readonly raw?: boolean;
}

interface Entry<Fn> {
  readonly fn: Fn;
  readonly schemaId: string | undefined;
  readonly raw: boolean;
}

/** The schema of an event that is told of. */
interface Told {
  readonly schemaId: string;
  readonly version: string;
  readonly schema: Pick<EventSchema, 'versionNumber'>;
}

/** Told of a function of the app's that failed. */
export type OnFailure = (kind: 'modifier' | 'listener', name: string, cause: unknown) => void;

/** What the app has to say about events with a schema: functions that change them, functions that hear of them. */
export class Listeners {
  readonly #onFailure: OnFailure;
  #modifiers: readonly Entry<Modifier>[] = [];
  #listeners: readonly Entry<Listener>[] = [];
  readonly #running = new Set<Promise<unknown>>();

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  addModifier(fn: Modifier, { schemaId }: ForSchema): void {
    this.#modifiers = [...this.#modifiers, { fn, schemaId, raw: false }];
  }

  removeModifier(fn: Modifier, { schemaId }: ForSchema): void {
    this.#modifiers = this.#modifiers.filter((each) => !isMeant(each, fn, schemaId));
  }

  addListener(fn: Listener, { schemaId, raw = false }: ListenerOptions): void {
    this.#listeners = [...this.#listeners, { fn, schemaId, raw }];
  }

  removeListener(fn: Listener, { schemaId }: ForSchema): void {
    this.#listeners = this.#listeners.filter((each) => !isMeant(each, fn, schemaId));
  }

  get areNone(): boolean {
    return this.#listeners.length === 0;
  }

  /** Whether somebody wants the data before modifiers. */
  hasRaw(schemaId: string): boolean {
    return this.#listeners.length > 0 && this.#listeners.some((each) => each.raw && isFor(each, schemaId));
  }

  /** The data as the modifiers leave them. One that fails is passed over. */
  modified(schemaId: string, data: Data): Data {
    if (this.#modifiers.length === 0) return data;
    let current = data;
    for (const { fn } of this.#modifiers.filter((each) => isFor(each, schemaId))) {
      try {
        const result: unknown = fn(schemaId, copyFields(current));
        if (result === undefined || result === null) continue;
        if (typeof result !== 'object' || Array.isArray(result) || 'then' in result) {
          void Promise.resolve(result).catch(() => {});
          throw new TypeError('a modifier returns the data, and at once: it is not asynchronous');
        }
        current = result as Data;
      } catch (cause) {
        this.#onFailure('modifier', fn.name || 'modifier', cause);
      }
    }
    return current;
  }

  /** Tells all listeners, each with a copy of its own. */
  tell(logger: object, { schemaId, version, schema }: Told, data: Data, raw: boolean): void {
    for (const each of this.#listeners) {
      if (each.raw !== raw || !isFor(each, schemaId)) continue;
      const listener = each.fn as Listener<object>;
      this.#call(listener, logger, schemaId, copyFields(data), version, schema.versionNumber);
    }
  }

  /** Resolves when the promises of all listeners have settled, those of events logged meanwhile included. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #call(fn: Listener<object>, ...told: Parameters<Listener<object>>): void {
    const failed = (cause: unknown): void => this.#onFailure('listener', fn.name || 'listener', cause);
    try {
      const result = fn(...told);
      if (typeof result !== 'object' || result === null || !('then' in result)) return;
      const running = Promise.resolve(result)
        .catch(failed)
        .finally(() => this.#running.delete(running));
      this.#running.add(running);
    } catch (cause) {
      failed(cause);
    }
  }
}

function isFor({ schemaId }: Entry<unknown>, id: string): boolean {
  return schemaId === undefined || schemaId === id;
}

function isMeant(entry: Entry<unknown>, fn: unknown, schemaId: string | undefined): boolean {
  return entry.fn === fn && (schemaId === undefined || entry.schemaId === schemaId);
}
