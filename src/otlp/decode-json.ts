import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import { Malformed, within } from './malformed.ts';
import { type Field, MAX_MESSAGES, MAX_VALUE_DEPTH, type Message, type ScalarType } from './messages.ts';

/** The deepest nesting of JSON that is parsed at all: what the deepest value takes, and room for unknown fields. */
const MAX_JSON_DEPTH = 6 * MAX_VALUE_DEPTH;

/** A message and a list around it each, at most. */
const MAX_JSON_NODES = 2 * MAX_MESSAGES;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const INTEGER = /^-?\d{1,20}$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^[0-9a-f]*$/i;

/** A 64-bit integer came as a JSON number too big to be exact: the text has to be read once more. */
class InexactNumber extends Error {}

/**
 * Decodes OTLP/JSON into its canonical shape: ids in lower case, 64-bit integers as strings, default values
 * and unknown fields left out. Takes what the protobuf JSON mapping lets a sender write.
 * @throws OtelEventsError `OTLP_INVALID`, naming the path and never a value
 */
export function decodeJson(message: Message, bytes: Uint8Array): OtlpObject {
  try {
    checkBrackets(bytes);
    const text = new TextDecoder().decode(bytes);
    try {
      return toMessage(message, parse(text), 0, { exact: false, messages: 0 });
    } catch (error) {
      if (!(error instanceof InexactNumber)) throw error;
      return toMessage(message, parse(text, exactIntegers), 0, { exact: true, messages: 0 });
    }
  } catch (error) {
    throw error instanceof Malformed ? error.toError(`not a JSON ${message.name}`) : error;
  }
}

/** Stops before the parser allocates for megabytes of brackets. */
function checkBrackets(bytes: Uint8Array): void {
  let depth = 0;
  let opened = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > MAX_JSON_DEPTH)
        throw new Malformed(`nested more than ${MAX_JSON_DEPTH} deep, at byte ${at}`);
      if (++opened > MAX_JSON_NODES) throw new Malformed(`more than ${MAX_JSON_NODES} objects and arrays`);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parse(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  } catch (error) {
    // The engine's message quotes the text around the fault; only its position may pass.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    throw new Malformed(position === undefined ? 'not JSON' : `not JSON, at position ${position}`);
  }
}

/** Keeps the digits of integers that a double cannot hold. @see ECMAScript, JSON.parse source text access */
function exactIntegers(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const inexact = typeof value === 'number' && !Number.isSafeInteger(value);
  return inexact && source !== undefined && INTEGER.test(source) ? source : value;
}

/** One pass over a request. */
interface Pass {
  /** The text was read so that integers are exact. */
  readonly exact: boolean;
  /** Messages met so far. */
  messages: number;
}

function toMessage(message: Message, value: unknown, depth: number, pass: Pass): OtlpObject {
  if (++pass.messages > MAX_MESSAGES) throw new Malformed(`more than ${MAX_MESSAGES} messages`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed('not an object');
  if (message.recursive && depth >= MAX_VALUE_DEPTH) {
    throw new Malformed(`values nested more than ${MAX_VALUE_DEPTH} deep`);
  }
  const inside = message.recursive ? depth + 1 : depth;
  const out: OtlpObject = {};
  for (const name in value) {
    const field = message.byName.get(name);
    const given = (value as { readonly [name: string]: unknown })[name];
    // The JSON mapping reads null as the default value, and asks to ignore fields nobody knows.
    if (field === undefined || given === null) continue;
    try {
      set(
        out,
        message,
        field,
        field.repeated ? toList(field, given, inside, pass) : toValue(field, given, inside, pass),
      );
    } catch (error) {
      throw within(error, `.${field.name}`);
    }
  }
  for (const name of message.always) out[name] ??= {};
  return out;
}

function set(out: OtlpObject, message: Message, field: Field, value: OtlpValue): void {
  if (message.oneof) {
    for (const other in out) throw new Malformed(`${other} is set too`);
  } else if (value === '' || value === 0 || value === '0' || value === false) return;
  else if (Array.isArray(value) && value.length === 0) return;
  out[field.name] = value;
}

function toList(field: Field, value: unknown, depth: number, pass: Pass): OtlpValue[] {
  if (!Array.isArray(value)) throw new Malformed('not an array');
  return value.map((element: unknown, index) => {
    try {
      return toValue(field, element, depth, pass);
    } catch (error) {
      throw within(error, `[${index}]`);
    }
  });
}

function toValue(field: Field, value: unknown, depth: number, pass: Pass): OtlpValue {
  const { type } = field;
  if (typeof type === 'object') return toMessage(type, value, depth, pass);
  return TO_SCALAR[type](value, pass.exact, field);
}

type ToScalar = (value: unknown, exact: boolean, field: Field) => string | number | boolean;

const TO_SCALAR: Readonly<Record<ScalarType, ToScalar>> = {
  string: (value) => {
    if (typeof value !== 'string') throw new Malformed('not a string');
    return value;
  },
  bytes: (value) => {
    if (typeof value !== 'string' || !BASE64.test(value)) throw new Malformed('not base64');
    return Buffer.from(value, 'base64').toString('base64');
  },
  traceId: (value) => toHex(value, 32),
  spanId: (value) => toHex(value, 16),
  bool: (value) => {
    if (typeof value !== 'boolean') throw new Malformed('not a boolean');
    return value;
  },
  int32: (value) => toInteger(value, -(2 ** 31), 2 ** 31 - 1),
  uint32: (value) => toInteger(value, 0, 2 ** 32 - 1),
  fixed32: (value) => toInteger(value, 0, 2 ** 32 - 1),
  enum: (value, _exact, { enumNames }) => {
    const number = typeof value === 'string' ? enumNames.indexOf(value) : -1;
    return number >= 0 ? number : toInteger(value, -(2 ** 31), 2 ** 31 - 1);
  },
  int64: (value, exact) => toInteger64(value, exact, -(2n ** 63n), 2n ** 63n - 1n),
  fixed64: (value, exact) => toInteger64(value, exact, 0n, 2n ** 64n - 1n),
  double: (value) => {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
    if (typeof value !== 'string' || !DECIMAL.test(value)) throw new Malformed('not a number');
    const number = Number(value);
    return Number.isFinite(number) ? number : String(number);
  },
};

/** Ids come in any case; an id of only zeros means no id, as does an empty one. */
function toHex(value: unknown, digits: number): string {
  if (typeof value !== 'string' || !HEX.test(value)) throw new Malformed('not hex');
  if (value.length !== digits && value !== '') throw new Malformed(`not ${digits} hex digits`);
  return /[^0]/.test(value) ? value.toLowerCase() : '';
}

function toInteger(value: unknown, min: number, max: number): number {
  const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw new Malformed('not an integer');
  if (number < min || number > max) throw new Malformed('integer out of range');
  return number + 0;
}

function toInteger64(value: unknown, exact: boolean, min: bigint, max: bigint): string {
  if (Number.isSafeInteger(value)) {
    if (min === 0n && (value as number) < 0) throw new Malformed('integer out of range');
    return String(value);
  }
  if (typeof value === 'number' && Number.isInteger(value) && !exact) throw new InexactNumber();
  const isInteger = Number.isInteger(value) || (typeof value === 'string' && INTEGER.test(value));
  if (!isInteger) throw new Malformed('not an integer');
  const integer = BigInt(value as string | number);
  if (integer < min || integer > max) throw new Malformed('integer out of range');
  return integer.toString();
}
