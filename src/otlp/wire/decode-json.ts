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
 * twice the last one counts, as with `JSON.parse`. One pass: it takes time and memory in proportion to `bytes`.
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
    try {
      do {
        field = undefined;
        tokens.key();
        field = names.find(tokens);
        // The JSON mapping asks to ignore fields that nobody knows.
        if (field === undefined) tokens.skip();
        else set(out, message, field, this.#field(field, inside));
      } while (tokens.another(CLOSE_OBJECT));
    } catch (error) {
      throw field === undefined ? error : within(error, `.${field.name}`);
    }
    for (const name of message.always) out[name] ??= EMPTY;
    return out;
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
        list.push(this.#value(field, depth));
      } while (tokens.another(CLOSE_ARRAY));
    } catch (error) {
      throw within(error, `[${list.length}]`);
    }
    return list;
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

function set(out: OtlpObject, message: Message, field: Field, value: OtlpValue | undefined): void {
  const { name, absent } = field;
  if (field.member && value !== undefined) {
    const other = memberIn(out, message, name);
    if (other !== undefined) throw new Malformed(`${other} is set too`);
    out[name] = value;
  } else if (value === undefined || value === absent || isEmptyList(value)) {
    // Set by an earlier member of the same name.
    if (out[name] !== undefined) delete out[name];
  } else out[name] = value;
}

/** The member of the oneof that is set already, other than `name`. */
function memberIn(out: OtlpObject, message: Message, name: string): string | undefined {
  for (const other in out) if (other !== name && message.byName.get(other)?.member) return other;
  return undefined;
}

function isEmptyList(value: OtlpValue): boolean {
  return Array.isArray(value) && value.length === 0;
}
