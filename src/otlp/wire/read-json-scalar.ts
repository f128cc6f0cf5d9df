import { classOf, type JsonTokens, QUOTE } from './json-tokens.ts';
import { Malformed } from './malformed.ts';
import type { Field, ScalarType } from './message.ts';

const LETTER_T = 0x74;
const LETTER_F = 0x66;

/** A sign and the digits of 64 bits: nothing longer is looked at. */
const MAX_INTEGER_LENGTH = 21;
const INTEGER = /^-?\d{1,20}$/;
/** Without a sign and leading zeros, and so short that 63 bits are enough; 64 bits for those without a sign. */
const CANONICAL_63 = /^[1-9]\d{0,17}$/;
const CANONICAL_64 = /^[1-9]\d{0,18}$/;
const HEX = /^[0-9a-f]*$/i;

const DIGITS = classOf('0123456789');
const SIGNS = classOf('+-');
const BASE64 = classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_');

type ReadScalar = (tokens: JsonTokens, field: Field) => string | number | boolean;

/** Reads a scalar of the protobuf JSON mapping into its canonical form; each in time linear in its length. */
export const READ_JSON_SCALAR: Readonly<Record<ScalarType, ReadScalar>> = {
  string: (tokens) => readText(tokens, 'not a string'),
  bytes: (tokens) => {
    const text = readText(tokens, 'not base64');
    if (!isBase64(text)) throw new Malformed('not base64');
    return Buffer.from(text, 'base64').toString('base64');
  },
  traceId: (tokens) => readHex(tokens, 32),
  spanId: (tokens) => readHex(tokens, 16),
  bool: (tokens) => {
    const first = tokens.peek();
    if (first !== LETTER_T && first !== LETTER_F) tokens.refuse('not a boolean');
    tokens.word(first === LETTER_T ? 'true' : 'false');
    return first === LETTER_T;
  },
  int32: (tokens) => readInteger(tokens, -(2 ** 31), 2 ** 31 - 1),
  sint32: (tokens) => readInteger(tokens, -(2 ** 31), 2 ** 31 - 1),
  uint32: (tokens) => readInteger(tokens, 0, 2 ** 32 - 1),
  fixed32: (tokens) => readInteger(tokens, 0, 2 ** 32 - 1),
  enum: (tokens, { enumNames }) => readInteger(tokens, -(2 ** 31), 2 ** 31 - 1, enumNames),
  int64: (tokens) => readInteger64(tokens, -(2n ** 63n), 2n ** 63n - 1n),
  uint64: (tokens) => readInteger64(tokens, 0n, 2n ** 64n - 1n),
  fixed64: (tokens) => readInteger64(tokens, 0n, 2n ** 64n - 1n),
  sfixed64: (tokens) => readInteger64(tokens, -(2n ** 63n), 2n ** 63n - 1n),
  double: readDouble,
};

function isString(tokens: JsonTokens): boolean {
  return tokens.peek() === QUOTE;
}

function readText(tokens: JsonTokens, refusal: string): string {
  if (!isString(tokens)) tokens.refuse(refusal);
  tokens.string();
  const text = tokens.text();
  // Half of a pair of surrogates is no character, and nothing that UTF-8 can write.
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** Ids come in any case; an id of only zeros means no id, as does an empty one. */
function readHex(tokens: JsonTokens, digits: number): string {
  const text = readText(tokens, 'not hex');
  if (text === '') return '';
  // A look at a start that is longer than any id tells what is wrong.
  if (!HEX.test(text.slice(0, digits + 1))) throw new Malformed('not hex');
  if (text.length !== digits) throw new Malformed(`not ${digits} hex digits`);
  return /[^0]/.test(text) ? text.toLowerCase() : '';
}

function readInteger(tokens: JsonTokens, min: number, max: number, names: readonly string[] = []): number {
  const number = isString(tokens) ? integerIn(readText(tokens, ''), names) : numberIn(tokens);
  if (!Number.isInteger(number)) throw new Malformed('not an integer');
  if (number < min || number > max) throw new Malformed('integer out of range');
  return number + 0;
}

function integerIn(text: string, names: readonly string[]): number {
  const index = names.indexOf(text);
  if (index >= 0) return index;
  return isInteger(text) ? Number(text) : Number.NaN;
}

function numberIn(tokens: JsonTokens): number {
  readNumber(tokens, 'not an integer');
  return tokens.value();
}

function readNumber(tokens: JsonTokens, refusal: string): void {
  const first = tokens.peek();
  // A minus or a digit.
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) tokens.refuse(refusal);
  tokens.number();
}

function readInteger64(tokens: JsonTokens, min: bigint, max: bigint): string {
  const isQuoted = isString(tokens);
  if (isQuoted) tokens.string();
  else readNumber(tokens, 'not an integer');
  const text = tokens.text();
  if ((min === 0n ? CANONICAL_64 : CANONICAL_63).test(text)) return text;
  const integer = toBigInt(text, isQuoted);
  if (integer < min || integer > max) throw new Malformed('integer out of range');
  return integer.toString();
}

/** A number that is not written as an integer is as exact as a double is. */
function toBigInt(text: string, isQuoted: boolean): bigint {
  if (isInteger(text)) return BigInt(text);
  const number = isQuoted ? Number.NaN : Number(text);
  if (!Number.isInteger(number)) throw new Malformed('not an integer');
  return BigInt(number);
}

function isInteger(text: string): boolean {
  return text.length <= MAX_INTEGER_LENGTH && INTEGER.test(text);
}

function readDouble(tokens: JsonTokens): number | string {
  if (!isString(tokens)) {
    readNumber(tokens, 'not a number');
    return finite(tokens.value());
  }
  const text = readText(tokens, '');
  const named = text.length <= MAX_NAME_LENGTH ? NAMED.get(text.toLowerCase()) : undefined;
  if (named !== undefined) return named;
  if (!isDecimal(text)) throw new Malformed('not a number');
  return finite(Number(text));
}

/** What is not a decimal number, in the spellings of the JSON mapping and of the OpenTelemetry Collector. */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    NaN: ['nan'],
    Infinity: ['inf', 'infinity', '+inf', '+infinity'],
    '-Infinity': ['-inf', '-infinity'],
  }).flatMap(([name, spellings]) => spellings.map((spelling) => [spelling, name] as const)),
);
const MAX_NAME_LENGTH = 9;

/** A number that no double can hold is not taken for infinity. */
function finite(number: number): number {
  if (!Number.isFinite(number)) throw new Malformed('number out of range');
  return number;
}

/** `1`, `+1.`, `.5`, `-1.5e-7`: by hand, because a regular expression keeps a note of each digit. */
function isDecimal(text: string): boolean {
  const first = has(SIGNS, text, 0) ? 1 : 0;
  const whole = pass(DIGITS, text, first);
  const fraction = text[whole] === '.' ? pass(DIGITS, text, whole + 1) : whole;
  const hasDigits = whole > first || fraction > whole + 1;
  if (!hasDigits || fraction === text.length) return hasDigits;
  if (text[fraction] !== 'e' && text[fraction] !== 'E') return false;
  const exponent = fraction + (has(SIGNS, text, fraction + 1) ? 2 : 1);
  return has(DIGITS, text, exponent) && pass(DIGITS, text, exponent) === text.length;
}

function isBase64(text: string): boolean {
  const end = pass(BASE64, text, 0);
  return end === text.length || ['=', '=='].includes(text.slice(end, end + 3));
}

/** The place of the first character that is none of a class. */
function pass(characters: Uint8Array, text: string, from: number): number {
  let at = from;
  while (has(characters, text, at)) at++;
  return at;
}

function has(characters: Uint8Array, text: string, at: number): boolean {
  return at < text.length && characters[text.charCodeAt(at)] === 1;
}
