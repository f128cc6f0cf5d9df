import { BACKSLASH, COLON, COMMA, MINUS, POINT, QUOTE, SMALL_E, SMALL_U, ZERO } from './characters';
import { character, giveUp, moveTo, out, pos, REPLACEMENT, writeAt } from './state';
import {
  MESSAGE_GUESS,
  MESSAGE_NAMES,
  MESSAGE_NAMES_AT,
  NAME_BYTES,
  NAME_FIELD,
  NAME_TEXT,
  POWERS,
} from './tables';

/** So many digits fit 64 bits, and any number of so few fits a double exactly. */
const MAX_DIGITS: u32 = 19;
const EXACT: u64 = 9007199254740992;
const MAX_POWER: u32 = 22;

/** Reads a number of JSON as JavaScript does. */
declare function parseDouble(start: usize, end: usize): f64;

/** The next byte that is no white space; what is behind the input is 0, which stands nowhere in JSON. */
export function peek(): u32 {
  let next = <u32>load<u8>(pos);
  while (next <= 0x20) {
    if (next !== 0x20 && next !== 0x0a && next !== 0x0d && next !== 0x09) return next;
    moveTo(pos + 1);
    next = <u32>load<u8>(pos);
  }
  return next;
}

export function expect(wanted: u32): void {
  if (peek() !== wanted) giveUp();
  moveTo(pos + 1);
}

/** Goes on to the next item or member, or out of the list or object. @returns whether there is another one */
export function another(close: u32): bool {
  const next = peek();
  moveTo(pos + 1);
  if (next === COMMA) return true;
  if (next !== close) giveUp();
  return false;
}

/** Reads a key, up to its value. @returns its field */
export function key(message: usize): usize {
  expect(QUOTE);
  const names = <usize>load<u32>(message, MESSAGE_NAMES_AT);
  const end = names + load<u32>(message, MESSAGE_NAMES) * <u32>NAME_BYTES;
  const guess = <usize>load<u32>(message, MESSAGE_GUESS);
  let name = guess;
  do {
    if (isName(name)) {
      const next = name + NAME_BYTES;
      // Senders write their keys in the same order, most of them in that of the declaration.
      store<u32>(message, <u32>(next === end ? names : next), MESSAGE_GUESS);
      moveTo(pos + load<u32>(name) + 1);
      expect(COLON);
      return <usize>load<u32>(name, NAME_FIELD);
    }
    name += NAME_BYTES;
    if (name === end) name = names;
  } while (name !== guess);
  giveUp();
  return 0;
}

/** Whether the name stands here, with a quote behind it. */
function isName(name: usize): bool {
  const length = load<u32>(name);
  if (load<u8>(pos + length) !== <u8>QUOTE) return false;
  const low = i8x16.bitmask(i8x16.eq(v128.load(pos), v128.load(name, NAME_TEXT)));
  const high = i8x16.bitmask(i8x16.eq(v128.load(pos, 16), v128.load(name, NAME_TEXT + 16)));
  return <u32>ctz(~(low | (high << 16))) >= length;
}

/** Writes the text that comes next, without its quotes. */
export function text(): void {
  expect(QUOTE);
  let from = pos;
  let to = out;
  for (;;) {
    const part = v128.load(from);
    v128.store(to, part);
    // As signed numbers those beyond ASCII are below the space too.
    const special = v128.or(
      i8x16.lt_s(part, i8x16.splat(0x20)),
      v128.or(i8x16.eq(part, i8x16.splat(0x22)), i8x16.eq(part, i8x16.splat(0x5c))),
    );
    const mask = i8x16.bitmask(special);
    if (mask === 0) {
      from += 16;
      to += 16;
      continue;
    }
    const plain = <usize>ctz(mask);
    from += plain;
    to += plain;
    const next = <u32>load<u8>(from);
    if (next === QUOTE) break;
    if (next >= 0x80) {
      do {
        // What is behind the input continues no character.
        const size = character(from, from + 4);
        if (size > 0) {
          store<u32>(to, load<u32>(from));
          from += size;
          to += size;
        } else {
          store<u32>(to, REPLACEMENT);
          from -= size;
          to += 3;
        }
      } while (load<u8>(from) >= 0x80);
    } else if (next === BACKSLASH) {
      moveTo(from);
      to = unescaped(to);
      from = pos;
    } else giveUp();
  }
  writeAt(to);
  moveTo(from + 1);
}

function unescaped(to: usize): usize {
  const kind = <u32>load<u8>(pos, 1);
  if (kind === SMALL_U) return unicode(to);
  let character: u32 = 0;
  if (kind === QUOTE || kind === BACKSLASH || kind === 0x2f) character = kind;
  else if (kind === 0x62) character = 0x08;
  else if (kind === 0x66) character = 0x0c;
  else if (kind === 0x6e) character = 0x0a;
  else if (kind === 0x72) character = 0x0d;
  else if (kind === 0x74) character = 0x09;
  else giveUp();
  store<u8>(to, <u8>character);
  moveTo(pos + 2);
  return to + 1;
}

/** `\u` and four digits, or two of these; half of a pair of surrogates alone is no character: U+FFFD. */
function unicode(to: usize): usize {
  let point = fourDigits(pos + 2);
  moveTo(pos + 6);
  if (point >= 0xd800 && point < 0xe000) {
    let low: u32 = 0;
    if (point < 0xdc00 && load<u16>(pos) === 0x755c) low = fourDigits(pos + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      moveTo(pos + 6);
    } else point = 0xfffd;
  }
  if (point < 0x80) {
    store<u8>(to, <u8>point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, <u8>(0xc0 | (point >> 6)));
    store<u8>(to, <u8>(0x80 | (point & 0x3f)), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (point >> 12)));
    store<u8>(to, <u8>(0x80 | ((point >> 6) & 0x3f)), 1);
    store<u8>(to, <u8>(0x80 | (point & 0x3f)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (point >> 18)));
  store<u8>(to, <u8>(0x80 | ((point >> 12) & 0x3f)), 1);
  store<u8>(to, <u8>(0x80 | ((point >> 6) & 0x3f)), 2);
  store<u8>(to, <u8>(0x80 | (point & 0x3f)), 3);
  return to + 4;
}

function fourDigits(at: usize): u32 {
  return (hexDigit(at) << 12) | (hexDigit(at + 1) << 8) | (hexDigit(at + 2) << 4) | hexDigit(at + 3);
}

function hexDigit(at: usize): u32 {
  const digit = <u32>load<u8>(at);
  if (digit - ZERO < 10) return digit - ZERO;
  const letter = digit | 0x20;
  if (letter < 0x61 || letter > 0x66) giveUp();
  return letter - 0x57;
}

/** Writes the bytes of an id in hex. @returns how many there are; 0 of one that is empty or all zeros */
export function hex(bytes: usize): usize {
  expect(QUOTE);
  if (load<u8>(pos) === <u8>QUOTE) {
    moveTo(pos + 1);
    return 0;
  }
  let all: u32 = 0;
  for (let index: usize = 0; index < bytes; index++) {
    const value = (hexDigit(pos + 2 * index) << 4) | hexDigit(pos + 2 * index + 1);
    store<u8>(out + index, <u8>value);
    all |= value;
  }
  moveTo(pos + 2 * bytes);
  if (load<u8>(pos) !== <u8>QUOTE) giveUp();
  moveTo(pos + 1);
  if (all === 0) return 0;
  writeAt(out + bytes);
  return bytes;
}

/** The sign of an integer, if there is one. */
export function isNegative(): bool {
  if (peek() !== MINUS) return false;
  moveTo(pos + 1);
  return true;
}

/** The digits of an integer without zeros in front, below 10 to the power of `most`. */
export function digits(most: u32): u64 {
  const start = pos;
  let value: u64 = 0;
  let at = pos;
  let digit = <u32>load<u8>(at) - ZERO;
  while (digit < 10) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++at) - ZERO;
  }
  const length = <u32>(at - start);
  if (length === 0 || length > most || (length > 1 && load<u8>(start) === <u8>ZERO)) giveUp();
  // A fraction or an exponent.
  const next = digit + ZERO;
  if (next === POINT || (next | 0x20) === SMALL_E) giveUp();
  moveTo(at);
  return value;
}

/** A number as it stands in JSON. */
export function number(): f64 {
  const start = pos;
  const negative = isNegative();
  const first = pos;
  let mantissa = passDigits(0);
  let length = <u32>(pos - first);
  if (length === 0 || (length > 1 && load<u8>(first) === <u8>ZERO)) giveUp();
  let power: u32 = 0;
  if (load<u8>(pos) === <u8>POINT) {
    const point = pos;
    moveTo(pos + 1);
    mantissa = passDigits(mantissa);
    power = <u32>(pos - point - 1);
    if (power === 0) giveUp();
    length += power;
  }
  const hasExponent = (<u32>load<u8>(pos) | 0x20) === SMALL_E;
  if (!hasExponent && length <= MAX_DIGITS && mantissa < EXACT && power <= MAX_POWER) {
    // Both are exact, so the quotient is the nearest one that there is.
    const value = <f64>mantissa / load<f64>(POWERS + ((<usize>power) << 3));
    return negative ? -value : value;
  }
  if (hasExponent) {
    moveTo(pos + 1);
    const sign = <u32>load<u8>(pos);
    if (sign === 0x2b || sign === MINUS) moveTo(pos + 1);
    const exponent = pos;
    passDigits(0);
    if (pos === exponent) giveUp();
  }
  const value = parseDouble(start, pos);
  // What no double can hold is not taken for infinity.
  if (value - value !== 0) giveUp();
  return value;
}

function passDigits(before: u64): u64 {
  let value = before;
  let at = pos;
  for (let digit = <u32>load<u8>(at) - ZERO; digit < 10; digit = <u32>load<u8>(++at) - ZERO) {
    value = value * 10 + digit;
  }
  moveTo(at);
  return value;
}
