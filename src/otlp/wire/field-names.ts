import type { JsonTokens } from './json-tokens.ts';
import type { Field, Message } from './message.ts';

interface Name {
  readonly bytes: Uint8Array;
  readonly field: Field;
}

const known = new Map<Message, FieldNames>();

/** The names of a message's fields, to be compared with the bytes of keys: no key becomes a text. */
export class FieldNames {
  readonly #message: Message;
  readonly #names: readonly Name[];
  /** For each name the one that came after it the last time: senders write what is alike in the same order. */
  readonly #after: Uint8Array;
  #last = 0;

  private constructor(message: Message) {
    this.#message = message;
    this.#names = [...message.byName].map(([name, field]) => ({ bytes: Buffer.from(name), field }));
    this.#after = new Uint8Array(this.#names.length);
  }

  static of(message: Message): FieldNames {
    let names = known.get(message);
    if (names === undefined) {
      names = new FieldNames(message);
      known.set(message, names);
    }
    return names;
  }

  /** The field that the key just read names; undefined for one that nobody knows. */
  find(tokens: JsonTokens): Field | undefined {
    if (tokens.hasEscapes) return this.#message.byName.get(tokens.text());
    const guess = this.#after[this.#last] as number;
    const { bytes, field } = this.#names[guess] as Name;
    if (!tokens.isText(bytes)) return this.#search(tokens);
    this.#last = guess;
    return field;
  }

  #search(tokens: JsonTokens): Field | undefined {
    const found = this.#names.findIndex(({ bytes }) => tokens.isText(bytes));
    if (found < 0) return undefined;
    this.#after[this.#last] = found;
    this.#last = found;
    return this.#names[found]?.field;
  }
}
