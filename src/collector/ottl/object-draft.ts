import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import {
  changeEntries,
  type Entries,
  fieldOfEntries,
  findEntry,
  NO_ENTRIES,
  putEntry,
  removeEntries,
} from '../../otlp/wire/entries.ts';
import type { Draft } from './row.ts';

const NOTHING: OtlpObject = Object.freeze({});

/** A decoded message that is shared, and becomes a copy when something in it is set. */
export class ObjectDraft implements Draft {
  #given = NOTHING;
  #now = NOTHING;

  /** Begins with another message. */
  take(message: OtlpObject): void {
    this.#given = message;
    this.#now = message;
  }

  /** The one that was given, as long as nothing was set. */
  get message(): OtlpObject {
    return this.#now;
  }

  get isChanged(): boolean {
    return this.#now !== this.#given;
  }

  get(field: string): OtlpValue | undefined {
    return this.#now[field];
  }

  set(field: string, value: OtlpValue | undefined): void {
    if (this.#now[field] === value) return;
    if (!this.isChanged) this.#now = { ...this.#given };
    if (value === undefined) delete this.#now[field];
    else this.#now[field] = value;
  }

  entry(list: string, key: string): OtlpObject | undefined {
    return findEntry(this.#entries(list), key)?.value as OtlpObject | undefined;
  }

  putEntry(list: string, key: string, value: OtlpObject): void {
    this.#setEntries(list, putEntry(this.#entries(list), key, value));
  }

  changeEntries(list: string, key: string, change: (value: OtlpObject) => OtlpObject): void {
    this.#setEntries(list, changeEntries(this.#entries(list), key, change));
  }

  removeEntries(list: string, key: string): void {
    this.#setEntries(list, removeEntries(this.#entries(list), key));
  }

  #entries(list: string): Entries {
    return (this.#now[list] as OtlpObject[] | undefined) ?? NO_ENTRIES;
  }

  #setEntries(list: string, entries: Entries): void {
    if (entries !== this.#entries(list)) this.set(list, fieldOfEntries(entries));
  }
}
