import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import { EMPTY, emptyMessage } from './empty-message.ts';
import { FieldNames } from './field-names.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, JsonTokens, OPEN_ARRAY, OPEN_OBJECT } from './json-tokens.ts';
import { Malformed, within } from './malformed.ts';
import type { Field, Message } from './message.ts';
import { MAX_MESSAGES, MAX_VALUE_DEPTH } from './messages.ts';
import { READ_JSON_SCALAR } from './read-json-scalar.ts';

/** The deepest nesting of JSON that is read at all: what the deepest value takes, and room for unknown fields. */
const MAX_JSON_DEPTH = 6 * MAX_VALUE_DEPTH;

const LETTER_N = 0x6e;

/**
 * Decodes OTLP/JSON into its canonical shape: ids in lower case, 64-bit integers as strings, default values
 * and unknown fields left out. Takes what the protobuf JSON mapping lets a sender write; of a member that comes
 * twice the last one counts, and of two members of a oneof; lists that come twice are one. One pass: it takes time
 * and memory in proportion to `bytes`.
 * @throws OtelEventsError `OTLP_INVALID`, naming the path and never a value
 */
export function decodeJson(message: Message, bytes: Uint8Array): OtlpObject {
  try {
    return new JsonReader(bytes).whole(message);
  } catch (error) {
    throw error instanceof Malformed ? error.toError(`not a JSON ${message.name}`) : error;
  }
}

/** Puts the tokens of one request together, as its table of messages says. */
class JsonReader {
  readonly #tokens: JsonTokens;
  #messages = 0;

  constructor(bytes: Uint8Array) {
    this.#tokens = new JsonTokens(bytes, MAX_JSON_DEPTH);
  }

  whole(message: Message): OtlpObject {
    const value = this.#message(message, 0);
    this.#tokens.finish();
    return value;
  }

  #message(message: Message, depth: number): OtlpObject {
    const tokens = this.#tokens;
    this.#count();
    if (tokens.peek() !== OPEN_OBJECT) tokens.refuse('not an object');
    if (message.recursive && depth >= MAX_VALUE_DEPTH) {
      throw new Malformed(`values nested more than ${MAX_VALUE_DEPTH} deep`);
    }
    if (!tokens.enter(CLOSE_OBJECT)) return emptyMessage(message);
    const inside = message.recursive ? depth + 1 : depth;
    const names = FieldNames.of(message);
    const out: OtlpObject = {};
    let field: Field | undefined;
    let chosen: string | undefined;
    try {
      do {
        field = undefined;
        tokens.key();
        field = names.find(tokens);
        // The JSON mapping asks to ignore fields that nobody knows.
        if (field === undefined) tokens.skip();
        else set(out, field, this.#field(field, inside));
        if (field?.member) chosen = this.#choose(out, chosen, field.name);
      } while (tokens.another(CLOSE_OBJECT));
    } catch (error) {
      throw field === undefined ? error : within(error, `.${field.name}`);
    }
    for (const name of message.always) out[name] ??= EMPTY;
    return out;
  }

  /** Of the members of a oneof the last one that is set counts. @returns its name */
  #choose(out: OtlpObject, before: string | undefined, name: string): string | undefined {
    if (out[name] === undefined) return before;
    if (before !== undefined && before !== name) delete out[before];
    return name;
  }

  /** @returns undefined for null, which the JSON mapping reads as the default value */
  #field(field: Field, depth: number): OtlpValue | undefined {
    const tokens = this.#tokens;
    if (tokens.peek() === LETTER_N) {
      tokens.word('null');
      return undefined;
    }
    return field.repeated ? this.#list(field, depth) : this.#value(field, depth);
  }

  #list(field: Field, depth: number): OtlpValue[] {
    const tokens = this.#tokens;
    if (tokens.peek() !== OPEN_ARRAY) tokens.refuse('not an array');
    const list: OtlpValue[] = [];
    if (!tokens.enter(CLOSE_ARRAY)) return list;
    try {
      do {
        if (typeof field.type === 'string') this.#count();
        list.push(this.#item(field, depth));
      } while (tokens.another(CLOSE_ARRAY));
    } catch (error) {
      throw within(error, `[${list.length}]`);
    }
    return list;
  }

  /** Null is an item of nothing, as in the OpenTelemetry Collector. */
  #item(field: Field, depth: number): OtlpValue {
    if (this.#tokens.peek() !== LETTER_N || typeof field.type === 'string') return this.#value(field, depth);
    this.#tokens.word('null');
    this.#count();
    return emptyMessage(field.type);
  }

  #value(field: Field, depth: number): OtlpValue {
    const { type } = field;
    if (typeof type === 'object') return this.#message(type, depth);
    return READ_JSON_SCALAR[type](this.#tokens, field);
  }

  #count(): void {
    if (++this.#messages > MAX_MESSAGES) {
      throw new Malformed(`more than ${MAX_MESSAGES} messages and items of lists`);
    }
  }
}

function set(out: OtlpObject, { name, member, repeated, absent }: Field, value: OtlpValue | undefined): void {
  if (member) {
    if (value !== undefined) out[name] = value;
  } else if (repeated && out[name] !== undefined) {
    for (const item of (value ?? []) as OtlpValue[]) (out[name] as OtlpValue[]).push(item);
  } else if (value === undefined || value === absent || isEmptyList(value)) {
    // Set by an earlier member of the same name.
    if (out[name] !== undefined) delete out[name];
  } else out[name] = value;
}

function isEmptyList(value: OtlpValue): boolean {
  return Array.isArray(value) && value.length === 0;
}
