import { BACKSLASH, MINUS, POINT, QUOTE, ZERO } from './characters';
import { byte, character, moveTo, out, pos, REPLACEMENT, room, varint, writeAt } from './state';
import {
  BOOL,
  BYTES,
  DOUBLE,
  ENUM,
  FIXED32,
  FIXED64,
  INT32,
  INT64,
  PAIRS,
  SFIXED64,
  SINT32,
  SPAN_ID,
  STRING,
  TRACE_ID,
  UINT32,
  UINT64,
} from './tables';

const BILLION: u64 = 1000000000;

/** Writes a double as JavaScript has it, between quotes what is no number. @returns its length */
declare function formatDouble(value: f64, at: usize): u32;

/** Whether the value that begins here is the one that is left out. */
export function isAbsent(type: u32): bool {
  if (type === STRING || type === BYTES) return varint() === 0;
  if (type === TRACE_ID || type === SPAN_ID) return isZeros(<usize>varint());
  if (type === FIXED32) return load<u32>(pos) === 0;
  if (type === FIXED64 || type === SFIXED64) return load<u64>(pos) === 0;
  // A negative zero is one.
  if (type === DOUBLE) return load<f64>(pos) === 0;
  if (type === BOOL || type === INT64 || type === UINT64) return varint() === 0;
  // The upper half of what is too long for 32 bits does not count.
  return <u32>varint() === 0;
}

/** Reads what is no message, and writes it. */
export function scalar(type: u32): void {
  if (type === STRING) text(<usize>varint());
  else if (type === FIXED64) {
    quoted(load<u64>(pos));
    moveTo(pos + 8);
  } else if (type === DOUBLE) double();
  else if (type === TRACE_ID || type === SPAN_ID) hex(<usize>varint());
  else if (type === ENUM || type === INT32) signed(<i32>varint());
  else if (type === INT64) signedQuoted(<i64>varint());
  else if (type === UINT64) quoted(varint());
  else if (type === SFIXED64) {
    signedQuoted(load<i64>(pos));
    moveTo(pos + 8);
  } else if (type === UINT32) unsigned(<u64>(<u32>varint()));
  else if (type === FIXED32) {
    unsigned(<u64>load<u32>(pos));
    moveTo(pos + 4);
  } else if (type === BOOL) boolean(varint() !== 0);
  else if (type === SINT32) {
    const zigzag = <u32>varint();
    signed(<i32>((zigzag >>> 1) ^ -(zigzag & 1)));
  } else base64(<usize>varint());
}

export function boolean(value: bool): void {
  room(8);
  if (value) {
    store<u32>(out, 0x65757274);
    advance(4);
  } else {
    store<u32>(out, 0x736c6166);
    store<u8>(out, 0x65, 4);
    advance(5);
  }
}

function advance(bytes: usize): void {
  writeAt(out + bytes);
}

/** Text with its quotes: by sixteen bytes as long as they stand for themselves. */
export function text(length: usize): void {
  room(6 * length + 32);
  const end = pos + length;
  let from = pos;
  let to = out;
  store<u8>(to++, <u8>QUOTE);
  while (from < end) {
    const part = v128.load(from);
    v128.store(to, part);
    // As signed numbers those beyond ASCII are below the space too.
    const special = v128.or(
      i8x16.lt_s(part, i8x16.splat(0x20)),
      v128.or(i8x16.eq(part, i8x16.splat(0x22)), i8x16.eq(part, i8x16.splat(0x5c))),
    );
    const mask = i8x16.bitmask(special);
    const plain: usize = mask === 0 ? 16 : <usize>ctz(mask);
    from += plain;
    to += plain;
    if (from >= end) {
      to -= from - end;
      break;
    }
    if (mask === 0) continue;
    const next = <u32>load<u8>(from);
    if (next >= 0x80) {
      do {
        const size = character(from, end);
        if (size > 0) {
          store<u32>(to, load<u32>(from));
          from += size;
          to += size;
        } else {
          store<u32>(to, REPLACEMENT);
          from -= size;
          to += 3;
        }
      } while (from < end && load<u8>(from) >= 0x80);
    } else {
      to = escaped(to, next);
      from++;
    }
  }
  store<u8>(to++, <u8>QUOTE);
  writeAt(to);
  moveTo(end);
}

function escaped(to: usize, next: u32): usize {
  store<u8>(to, <u8>BACKSLASH);
  let letter: u32 = 0;
  if (next === QUOTE || next === BACKSLASH) letter = next;
  else if (next === 0x08) letter = 0x62;
  else if (next === 0x09) letter = 0x74;
  else if (next === 0x0a) letter = 0x6e;
  else if (next === 0x0c) letter = 0x66;
  else if (next === 0x0d) letter = 0x72;
  if (letter !== 0) {
    store<u8>(to, <u8>letter, 1);
    return to + 2;
  }
  store<u32>(to, 0x30303075, 1);
  store<u8>(to, <u8>(ZERO + (next >> 4)), 4);
  store<u8>(to, <u8>hexDigit(next & 15), 5);
  return to + 6;
}

function hexDigit(value: u32): u32 {
  return value < 10 ? ZERO + value : 0x57 + value;
}

function isZeros(length: usize): bool {
  for (let at: usize = 0; at < length; at++) if (load<u8>(pos + at) !== 0) return false;
  return true;
}

/** An id, eight bytes at a time; what is all zeros is none. */
function hex(length: usize): void {
  room(2 * length + 32);
  byte(QUOTE);
  const digits = i8x16(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102);
  if (!isZeros(length)) {
    for (let at: usize = 0; at < length; at += 8) {
      const part = v128.load64_zero(pos + at);
      const upper = i8x16.shr_u(part, 4);
      const lower = v128.and(part, i8x16.splat(15));
      const both = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v128.store(out + 2 * at, i8x16.swizzle(digits, both));
    }
    writeAt(out + 2 * length);
  }
  byte(QUOTE);
  moveTo(pos + length);
}

function base64(length: usize): void {
  room(2 * length + 32);
  byte(QUOTE);
  const end = pos + length;
  for (; pos + 2 < end; moveTo(pos + 3)) {
    const three = ((<u32>load<u8>(pos)) << 16) | ((<u32>load<u8>(pos, 1)) << 8) | load<u8>(pos, 2);
    sixBits(three >> 18);
    sixBits(three >> 12);
    sixBits(three >> 6);
    sixBits(three);
  }
  if (pos + 1 === end) {
    const one = <u32>load<u8>(pos);
    sixBits(one >> 2);
    sixBits(one << 4);
    byte(0x3d);
    byte(0x3d);
  } else if (pos + 2 === end) {
    const two = ((<u32>load<u8>(pos)) << 8) | load<u8>(pos, 1);
    sixBits(two >> 10);
    sixBits(two >> 4);
    sixBits(two << 2);
    byte(0x3d);
  }
  byte(QUOTE);
  moveTo(end);
}

function sixBits(given: u32): void {
  const value = given & 63;
  if (value < 26) byte(0x41 + value);
  else if (value < 52) byte(0x61 + value - 26);
  else if (value < 62) byte(ZERO + value - 52);
  else byte(value === 62 ? 0x2b : 0x2f);
}

function signed(value: i32): void {
  room(32);
  if (value < 0) byte(MINUS);
  unsigned(value < 0 ? <u64>-(<i64>value) : <u64>value);
}

export function signedQuoted(value: i64): void {
  room(32);
  byte(QUOTE);
  if (value < 0) byte(MINUS);
  unsigned(value < 0 ? 0 - <u64>value : <u64>value);
  byte(QUOTE);
}

function quoted(value: u64): void {
  room(32);
  byte(QUOTE);
  unsigned(value);
  byte(QUOTE);
}

/** In decimal, nine digits at a time. */
function unsigned(value: u64): void {
  room(32);
  if (value < BILLION) {
    digits(<u32>value, digitsOf(<u32>value));
    return;
  }
  const upper = value / BILLION;
  const lower = <u32>(value - upper * BILLION);
  if (upper < BILLION) digits(<u32>upper, digitsOf(<u32>upper));
  else {
    const most = upper / BILLION;
    digits(<u32>most, digitsOf(<u32>most));
    digits(<u32>(upper - most * BILLION), 9);
  }
  digits(lower, 9);
}

/** A number below a billion in so many digits. */
function digits(value: u32, count: usize): void {
  let left = value;
  let at = out + count;
  const start = out;
  while (at > start + 1) {
    const rest = left / 100;
    at -= 2;
    store<u16>(at, load<u16>(PAIRS + ((left - rest * 100) << 1)));
    left = rest;
  }
  if (at > start) store<u8>(start, <u8>(ZERO + left));
  writeAt(start + count);
}

function digitsOf(value: u32): usize {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 1000000) return value < 10000 ? 4 : value < 100000 ? 5 : 6;
  return value < 10000000 ? 7 : value < 100000000 ? 8 : 9;
}

/** Most amounts have three decimals at most: what is equal to such a number has it as its shortest text. */
export function double(): void {
  room(32);
  const value = load<f64>(pos);
  moveTo(pos + 8);
  const thousandths = Math.floor(value * 1000 + 0.5);
  if (thousandths > 0 && thousandths < 1e9 && thousandths / 1000 === value) amount(<u32>thousandths);
  else writeAt(out + formatDouble(value, out));
}

function amount(thousandths: u32): void {
  const whole = thousandths / 1000;
  const part = thousandths - whole * 1000;
  digits(whole, digitsOf(whole));
  if (part === 0) return;
  byte(POINT);
  if (part % 100 === 0) digits(part / 100, 1);
  else if (part % 10 === 0) digits(part / 10, 2);
  else digits(part, 3);
}
