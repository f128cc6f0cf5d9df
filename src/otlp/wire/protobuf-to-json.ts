import { type FieldPlan, type Plan, planOf, type ScalarReader } from './json-plan.ts';
import { JsonWriter, literal } from './json-writer.ts';
import type { Message } from './message.ts';
import { MAX_VALUE_DEPTH, REQUEST } from './messages.ts';

/** Something that is right and rare: whoever decodes it takes care of it. */
class Unusual extends Error {}

/**
 * Protobuf that has been checked as a line of OTLP/JSON, with its line break, from bytes to bytes: no objects are made. The keys stand
 * in the order of the messages' declaration, as the OpenTelemetry Collector writes them.
 * @returns undefined of what only a decoder takes care of, such as a message that comes in two pieces
 */
export function protobufToJson(message: Message, bytes: Uint8Array): Uint8Array | undefined {
  const transcoder = new Transcoder(bytes);
  try {
    return transcoder.run(planOf(message));
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  } finally {
    transcoder.end();
  }
}

const KEY_VALUE = valueMessage('KeyValue');
const ANY_VALUE = valueMessage('AnyValue');

/** The message of attributes, and that of their values: most of what is written. */
function valueMessage(name: string): Message {
  const attributes = REQUEST.logs.byName.get('resourceLogs')?.type as Message;
  const resource = attributes.byName.get('resource')?.type as Message;
  const keyValue = resource.byName.get('attributes')?.type as Message;
  return name === 'KeyValue' ? keyValue : (keyValue.byName.get('value')?.type as Message);
}

const KEY = literal('{"key":');
const VALUE = literal(',"value":');
const STRING_VALUE = literal('{"stringValue":');
const INT_VALUE = literal('{"intValue":');
const DOUBLE_VALUE = literal('{"doubleValue":');
const TRUE_VALUE = literal('{"boolValue":true');
const FALSE_VALUE = literal('{"boolValue":false');
const [KEY_TAG, VALUE_TAG] = [0x0a, 0x12];
const [STRING_TAG, BOOL_TAG, INT_TAG, DOUBLE_TAG] = [0x0a, 0x10, 0x18, 0x21];

/** One run over one message. */
class Transcoder implements ScalarReader {
  readonly out = new JsonWriter();
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;
  /** Upper half of what `varint` read last. */
  high = 0;
  /** Of each message that is open: where its fields begin, by their index. */
  #slots = new Int32Array(1024);
  #top = 0;
  #depth = 0;
  readonly #keyValue = planOf(KEY_VALUE);
  readonly #anyValue = planOf(ANY_VALUE);

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(plan: Plan): Uint8Array {
    this.#message(plan, this.#bytes.length);
    return this.out.line();
  }

  end(): void {
    this.out.release();
  }

  varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] as number;
    if (byte < 0x80) {
      this.high = 0;
      return byte;
    }
    let low = byte & 0x7f;
    let high = 0;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= bits << 31;
      if (byte < 0x80) break;
    }
    this.high = high >>> 0;
    return low >>> 0;
  }

  isZeroVarint(): boolean {
    return this.varint() === 0 && this.high === 0;
  }

  fixed32(): number {
    const at = this.#at;
    this.#at = at + 4;
    return this.#bytes.readUInt32LE(at);
  }

  double(): number {
    const at = this.#at;
    this.#at = at + 8;
    return this.#bytes.readDoubleLE(at);
  }

  string(): void {
    const end = this.varint() + this.#at;
    this.out.text(this.#bytes, this.#view, this.#at, end);
    this.#at = end;
  }

  base64(): void {
    const end = this.varint() + this.#at;
    this.out.word(`"${this.#bytes.toString('base64', this.#at, end)}"`);
    this.#at = end;
  }

  isZeroId(): boolean {
    const end = this.varint() + this.#at;
    for (let at = this.#at; at < end; at++) if (this.#bytes[at] !== 0) return false;
    return true;
  }

  hex(): void {
    const end = this.varint() + this.#at;
    this.out.hex(this.#bytes, this.#at, end);
    this.#at = end;
  }

  /** Writes the message from here to `end`. */
  #message(plan: Plan, end: number): void {
    const { fields } = plan;
    if (plan.isRecursive && ++this.#depth > MAX_VALUE_DEPTH) throw new Unusual();
    const base = this.#open(fields.length);
    this.#findFields(plan, base, end);
    this.out.byte(OPEN_BRACE);
    let isFirst = true;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as FieldPlan;
      const at = this.#slots[base + index] as number;
      if (at === 0 && !field.field.always) continue;
      if (at !== 0 && field.isAbsent !== undefined) {
        this.#at = at - 1;
        if (field.isAbsent(this)) continue;
      }
      this.out.literal(isFirst ? field.first : field.next);
      isFirst = false;
      this.#at = at - 1;
      if (at === 0) this.out.literal(EMPTY);
      else if (field.field.repeated) this.#list(field, end);
      else if (field.plan === undefined) field.write?.(this);
      else this.#inside(field.plan);
    }
    this.out.byte(CLOSE_BRACE);
    this.#top = base;
    this.#at = end;
    if (plan.isRecursive) this.#depth--;
  }

  #open(count: number): number {
    const base = this.#top;
    this.#top = base + count;
    if (this.#top > this.#slots.length) {
      const larger = new Int32Array(2 * this.#top);
      larger.set(this.#slots);
      this.#slots = larger;
    }
    this.#slots.fill(0, base, this.#top);
    return base;
  }

  /** Notes where each field begins, plus one: a list at its first tag, others at their last value. */
  #findFields({ fields, byTag }: Plan, base: number, end: number): void {
    let chosen = -1;
    while (this.#at < end) {
      const tagAt = this.#at;
      const tag = this.varint();
      const index = (tag < byTag.length ? (byTag[tag] as number) : 0) - 1;
      if (index >= 0) {
        const { field, plan } = fields[index] as FieldPlan;
        const slot = base + index;
        if (field.repeated) {
          if (this.#slots[slot] === 0) this.#slots[slot] = tagAt + 1;
        } else {
          if (field.member) {
            if (chosen >= 0) this.#slots[base + chosen] = 0;
            chosen = index;
          } else if (plan !== undefined && this.#slots[slot] !== 0) throw new Unusual();
          this.#slots[slot] = this.#at + 1;
        }
      }
      this.#skip(tag & 7);
    }
  }

  #skip(wireType: number): void {
    if (wireType === 2) this.#at = this.varint() + this.#at;
    else if (wireType === 0) this.varint();
    else if (wireType === 1) this.#at += 8;
    else if (wireType === 5) this.#at += 4;
    // Groups, of fields that nobody knows.
    else throw new Unusual();
  }

  #inside(plan: Plan): void {
    const end = this.varint() + this.#at;
    if (plan === this.#anyValue) this.#value(end);
    else this.#message(plan, end);
  }

  /** The items of a list, which may lie between other fields. */
  #list(field: FieldPlan, end: number): void {
    const { number, wireType, packed } = field.field;
    const [own, packedTag] = [number * 8 + wireType, packed ? number * 8 + 2 : -1];
    let before = OPEN_BRACKET;
    while (this.#at < end) {
      const tag = this.varint();
      if (tag === own) {
        this.out.byte(before);
        before = COMMA;
        if (field.plan === undefined) field.write?.(this);
        else if (field.plan === this.#keyValue) this.#attribute(this.varint() + this.#at);
        else this.#inside(field.plan);
      } else if (tag === packedTag) {
        const last = this.varint() + this.#at;
        while (this.#at < last) {
          this.out.byte(before);
          before = COMMA;
          field.write?.(this);
        }
      } else this.#skip(tag & 7);
    }
    // A packed list of nothing has a field, and no item.
    if (before === OPEN_BRACKET) throw new Unusual();
    this.out.byte(CLOSE_BRACKET);
  }

  /** A key and a value, each once and in this order, as everybody sends them. */
  #attribute(end: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    if (bytes[start] === KEY_TAG && start < end) {
      this.#at = start + 1;
      const key = this.#at;
      const keyEnd = this.varint() + this.#at;
      if (keyEnd < end && keyEnd > this.#at && bytes[keyEnd] === VALUE_TAG) {
        this.#at = keyEnd + 1;
        const valueEnd = this.varint() + this.#at;
        if (valueEnd === end) {
          const value = this.#at;
          this.#at = key;
          this.out.literal(KEY);
          this.string();
          this.out.literal(VALUE);
          this.#at = value;
          this.#value(end);
          this.out.byte(CLOSE_BRACE);
          return;
        }
      }
    }
    this.#at = start;
    this.#message(this.#keyValue, end);
  }

  /** A value with one member, as everybody sends them. */
  #value(end: number): void {
    const start = this.#at;
    if (start < end && this.#simpleValue(this.#bytes[start] as number, end)) return;
    this.#at = start;
    this.#message(this.#anyValue, end);
  }

  /** @returns false of what is not simple, and nothing is written then */
  #simpleValue(tag: number, end: number): boolean {
    this.#at++;
    if (tag === STRING_TAG) {
      const textEnd = this.varint() + this.#at;
      if (textEnd !== end) return false;
      this.out.literal(STRING_VALUE);
      this.out.text(this.#bytes, this.#view, this.#at, end);
    } else if (tag === INT_TAG) {
      const low = this.varint();
      if (this.#at !== end) return false;
      this.out.literal(INT_VALUE);
      this.out.quotedInteger(this.high | 0, low);
    } else if (tag === DOUBLE_TAG) {
      if (this.#at + 8 !== end) return false;
      this.out.literal(DOUBLE_VALUE);
      this.out.double(this.double());
    } else if (tag === BOOL_TAG) {
      const isFalse = this.isZeroVarint();
      if (this.#at !== end) return false;
      this.out.literal(isFalse ? FALSE_VALUE : TRUE_VALUE);
    } else return false;
    this.out.byte(CLOSE_BRACE);
    this.#at = end;
    return true;
  }
}

const EMPTY = literal('{}');
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COMMA] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c];
