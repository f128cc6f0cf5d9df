import type { RecordContext } from '../event/write-record-context.ts';
import type { ValueCopier } from '../values/value-copier.ts';
import { copyMap } from '../values/write-map.ts';

/** The SDK's `[seconds, nanoseconds]`. */
export type ReadableTime = readonly [seconds: number, nanoseconds: number];

/** A span context, as far as it travels. */
export interface ReadableContext extends RecordContext {
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

/** The least an item takes. */
const ITEM_BYTES = 2;

/** Stands for a time that is not known. */
const NO_TIME: ReadableTime = [0, 0];

/**
 * Reads the fields of an SDK's object that may be broken, each on its own: what throws or is of another kind
 * than promised is left out, and costs no other field. Texts and values are copied within the limits.
 */
export class FieldReader {
  readonly #copier: ValueCopier;

  constructor(copier: ValueCopier) {
    this.#copier = copier;
  }

  /** What `read` gives, or undefined if it throws. */
  any<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch {
      return undefined;
    }
  }

  text(read: () => unknown): string | undefined {
    const value = this.any(read);
    return typeof value === 'string' ? this.#copier.text(value) : undefined;
  }

  number(read: () => unknown): number | undefined {
    const value = this.any(read);
    return typeof value === 'number' ? value : undefined;
  }

  time(read: () => unknown): ReadableTime {
    return (
      this.any((): ReadableTime => {
        const [seconds, nanos] = read() as readonly unknown[];
        return [Number(seconds), Number(nanos)];
      }) ?? NO_TIME
    );
  }

  map(read: () => unknown, before?: number): object {
    return copyMap(this.#copier, this.any(read), before);
  }

  /** The items of a list, copied one by one as long as there is room; `left` are those that are not. */
  list<T>(
    read: () => unknown,
    copy: (item: T) => T,
  ): { readonly items: readonly T[]; readonly left: number } {
    const items: T[] = [];
    const given = this.any(read);
    const length = this.any(() => (Array.isArray(given) ? given.length : 0)) ?? 0;
    for (let index = 0; index < length && !this.#copier.isFull; index++) {
      // Before it is read: so that a list of nothing ends, too.
      this.#copier.spend(ITEM_BYTES);
      const item = this.any(() => copy((given as readonly T[])[index] as T));
      if (item !== undefined) items.push(item);
    }
    return { items, left: length - items.length };
  }

  context(read: () => unknown): ReadableContext | undefined {
    const context = this.any(read) as ReadableContext | null | undefined;
    if (typeof context !== 'object' || context === null) return undefined;
    const state = this.text(() => context.traceState?.serialize());
    return {
      traceId: this.any(() => String(context.traceId)) ?? '',
      spanId: this.any(() => String(context.spanId)) ?? '',
      traceFlags: this.number(() => context.traceFlags) ?? 0,
      isRemote: this.any(() => context.isRemote === true),
      traceState: state === undefined ? undefined : { serialize: () => state },
    };
  }
}
