import { MAX_DEPTH, MAX_EVENT_BYTES } from '../../event.ts';
import { isPlainObject } from '../../is-plain-object.ts';
import type { Issue } from '../../issue.ts';
import { kindOf } from '../../kind-of.ts';
import { stepTo } from '../../step-to.ts';
import { bigintText } from './bigint-text.ts';
import { setOwn } from './set-own.ts';
import { standIn } from './stand-in.ts';

type Fields = Readonly<Record<string, unknown>>;

const HAS_OWN = Object.prototype.hasOwnProperty;

/** Counted for a value beside its text. */
const OVERHEAD_BYTES = 8;

/** Data as JSON has it, and what a check of it will cost. */
export interface PlainData {
  readonly value: unknown;
  /** Length of the longest text in it, names included. */
  readonly longestText: number;
  /** How many values are in it. */
  readonly count: number;
}

/**
 * A copy of an event's data with the values that will be emitted: a `Date` as its ISO text, a `Map` as an
 * object, bytes as base64. What is left out of an event is left out here.
 * @returns an issue if the data cannot be copied: too deep, too large, unreadable
 */
export function plainData(data: unknown): PlainData | Issue {
  const copier = new Copier();
  try {
    return { value: copier.copy(data), longestText: copier.longestText, count: copier.count };
  } catch (error) {
    const expected = error instanceof Unfit ? error.message : 'a value that can be read';
    const got = error instanceof Unfit ? error.got : 'a value that throws';
    return { path: copier.path.reduce<string>(stepTo, '').slice(0, 1000), expected, got };
  }
}

class Unfit extends Error {
  readonly got: string;

  constructor(expected: string, got: string) {
    super(expected);
    this.got = got;
  }
}

class Copier {
  longestText = 0;
  count = 0;
  /** Where the copy is; left as it is when it fails. */
  readonly path: (string | number)[] = [];
  #bytesLeft = MAX_EVENT_BYTES;

  copy(value: unknown): unknown {
    this.count++;
    this.#take(OVERHEAD_BYTES);
    // As in the `ValueWriter`, no switch.
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'object') return value === null ? null : this.#object(value);
    return typeof value === 'boolean' ? value : this.#rare(value);
  }

  #rare(value: unknown): unknown {
    if (typeof value === 'bigint') {
      return Number.isSafeInteger(Number(value)) ? Number(value) : bigintText(value);
    }
    return typeof value === 'symbol' ? this.#text(String(value)) : undefined;
  }

  #take(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw new Unfit('at most 4 MiB of data', 'more');
  }

  #text(text: string): string {
    this.#take(text.length);
    if (text.length > this.longestText) this.longestText = text.length;
    return text;
  }

  #object(value: object): unknown {
    if (this.path.length >= MAX_DEPTH) {
      throw new Unfit(`at most ${MAX_DEPTH} levels, without cycles`, kindOf(value));
    }
    if (Array.isArray(value)) return this.#items(value);
    const isPlain = isPlainObject(value);
    if (!isPlain) {
      const plain = standIn(value);
      if (plain instanceof Uint8Array) return this.#base64(plain);
      if (plain !== value) return this.#standIn(plain);
    }
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON !== 'function') {
      return isPlain ? this.#plainFields(value as Fields) : this.#fields(value as Fields);
    }
    this.path.push('toJSON');
    const result = this.copy(toJSON.call(value));
    this.path.pop();
    return result;
  }

  #standIn(plain: unknown): unknown {
    if (typeof plain !== 'object' || plain === null) return this.copy(plain);
    return Array.isArray(plain) ? this.#items(plain) : this.#fields(plain as Fields);
  }

  #base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
    // Before it is made: it may be a gigabyte.
    if (byteLength > this.#bytesLeft) this.#take(byteLength);
    return this.#text(Buffer.from(buffer, byteOffset, byteLength).toString('base64'));
  }

  #items(items: readonly unknown[]): unknown[] {
    const result: unknown[] = [];
    for (let index = 0; index < items.length; index++) {
      this.path.push(index);
      // An item that is left out keeps its place, as in JSON.
      result.push(this.copy(items[index]) ?? null);
      this.path.pop();
    }
    return result;
  }

  #plainFields(value: Fields): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    // The quickest for V8, which knows in the loop where each field is; `Object.hasOwn` takes as long as all the rest.
    for (const key in value) if (HAS_OWN.call(value, key)) this.#set(result, key, value[key]);
    return result;
  }

  #fields(value: Fields): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) this.#set(result, key, value[key]);
    return result;
  }

  #set(result: Record<string, unknown>, key: string, item: unknown): void {
    this.path.push(key);
    this.#text(key);
    const value = this.copy(item);
    this.path.pop();
    if (value !== undefined) setOwn(result, key, value);
  }
}
