import type { AnyValue, KeyValue } from '../otlp/values/any-value.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { keyedHash } from '../redact/keyed-hash.ts';

/** Whose events go: ids of users and of sessions. */
export interface Person {
  readonly users: readonly string[];
  readonly sessions: readonly string[];
  /** The `hashKey` of rules of redaction with `action: 'hash'`: what stands instead of these ids goes as well. */
  readonly hashKey?: string | undefined;
}

/** Names of attributes, with the names of maps around them, whose value is the id of a user. */
const USER = /(?:^|\.)(?:user[._]id|userId|enduser[._]id|enduserId|enduser\.pseudo\.id)$/i;

/** `session.previous_id` names the session too. */
const SESSION = /(?:^|\.)(?:session[._]id|sessionId|session[._]previous_id)$/i;

/** Deeper than any event goes. */
const MAX_DEPTH = 128;

/** Tells the records of a person from those of others: by attributes that are ids, wherever in a record they stand. */
export class PersonMatch {
  readonly #users: ReadonlySet<string>;
  readonly #sessions: ReadonlySet<string>;
  readonly #texts: readonly Buffer[];
  /** As attributes of protobuf have them that are numbers. */
  readonly #numbers: readonly Buffer[];
  readonly #hasNumber: boolean;

  constructor({ users, sessions, hashKey }: Person) {
    const withHash = (ids: readonly string[]): ReadonlySet<string> =>
      new Set(hashKey === undefined ? ids : ids.flatMap((id) => [id, keyedHash(id, hashKey)]));
    this.#users = withHash(users);
    this.#sessions = withHash(sessions);
    const all = [...this.#users, ...this.#sessions];
    this.#texts = all.map((id) => Buffer.from(id));
    this.#numbers = all.flatMap(numbersOf);
    // Integers have 64 bits: more digits than a number of JavaScript tells apart.
    this.#hasNumber = all.some((id) => /^-?\d+$/.test(id) || String(Number(id)) === id);
  }

  /** All ids that are looked for, hashes too. */
  get ids(): { readonly users: readonly string[]; readonly sessions: readonly string[] } {
    return { users: [...this.#users], sessions: [...this.#sessions] };
  }

  /** Whether a name of an attribute, with those of maps around it and points between, is one whose value is looked at. */
  static kindOf(path: string): 'user' | 'session' | undefined {
    if (USER.test(path)) return 'user';
    return SESSION.test(path) ? 'session' : undefined;
  }

  /** Whether bytes that cannot be decoded hold one of the ids, as it is, with the escapes of JSON, or as a number of protobuf. */
  isIn(bytes: Buffer): boolean {
    if (this.#isPlainIn(bytes) || this.#numbers.some((number) => bytes.includes(number))) return true;
    return bytes.includes('\\') && this.#isPlainIn(Buffer.from(withoutEscapes(bytes.toString())));
  }

  #isPlainIn(bytes: Buffer): boolean {
    return this.#texts.some((text) => bytes.includes(text));
  }

  /** Whether protobuf may hold a record of the person: a number stands there in bits. */
  mayBeInProtobuf(bytes: Buffer): boolean {
    return this.#hasNumber || this.#isPlainIn(bytes);
  }

  /** Whether JSON may hold one: any character may be written as an escape. */
  mayBeInJson(bytes: Buffer): boolean {
    return this.#hasNumber || this.#isPlainIn(bytes) || bytes.includes('\\');
  }

  /** Whether a log record, span, data point, resource or scope is of the person. */
  isOf(item: OtlpObject): boolean {
    const { attributes, filteredAttributes, body, events, links, exemplars } = item as Item;
    return (
      this.#isInMap(attributes, '', 0) ||
      this.#isInMap(filteredAttributes, '', 0) ||
      (body !== undefined && this.#isInValue(body, '', 0)) ||
      [events, links, exemplars].some((parts) => parts?.some((part) => this.isOf(part)))
    );
  }

  #isInMap(attributes: readonly KeyValue[] | undefined, path: string, depth: number): boolean {
    if (attributes === undefined || depth > MAX_DEPTH) return false;
    return attributes.some(({ key = '', value }) => {
      if (value === undefined) return false;
      const place = path === '' ? key : `${path}.${key}`;
      return this.#isId(place, value) || this.#isInValue(value, place, depth + 1);
    });
  }

  #isInValue({ kvlistValue, arrayValue }: AnyValue, path: string, depth: number): boolean {
    if (kvlistValue !== undefined) return this.#isInMap(kvlistValue.values, path, depth);
    if (depth > MAX_DEPTH) return false;
    return (
      arrayValue?.values?.some(
        (value) => this.#isId(path, value) || this.#isInValue(value, path, depth + 1),
      ) === true
    );
  }

  #isId(path: string, { stringValue, intValue, doubleValue }: AnyValue): boolean {
    const value = stringValue ?? intValue ?? doubleValue;
    if (value === undefined) return false;
    const kind = PersonMatch.kindOf(path);
    if (kind === undefined) return false;
    return (kind === 'user' ? this.#users : this.#sessions).has(String(value));
  }
}

interface Item {
  readonly attributes?: readonly KeyValue[];
  readonly filteredAttributes?: readonly KeyValue[];
  readonly body?: AnyValue;
  readonly events?: readonly OtlpObject[];
  readonly links?: readonly OtlpObject[];
  readonly exemplars?: readonly OtlpObject[];
}

/** `value` of a `KeyValue`, with `int_value` or `double_value`: a number alone is too few bytes to be looked for. */
function numbersOf(id: string): Buffer[] {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(Number(id));
  const doubles = String(Number(id)) === id ? [Buffer.concat([Buffer.of(0x12, 9, 0x21), double])] : [];
  if (!/^-?\d{1,19}$/.test(id)) return doubles;
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(id));
  for (; rest > 0x7fn; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
  digits.push(Number(rest));
  return [...doubles, Buffer.of(0x12, digits.length + 1, 0x18, ...digits)];
}

/** What texts of JSON say, wherever they begin: each writer escapes other characters. */
function withoutEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|(["\\/]))/gi, (_, digits: string | undefined, itself: string) =>
    digits === undefined ? itself : String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
