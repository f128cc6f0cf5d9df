import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './characters';
import { another, digits, expect, hex, isNegative, key, number, peek, text } from './json-reader';
import { byte, giveUp, moveTo, out, pos, writeAt } from './state';
import {
  BOOL,
  COUNTED,
  DOUBLE,
  ENUM,
  FIELD_FLAGS,
  FIELD_ID_SIZE,
  FIELD_INDEX,
  FIELD_MESSAGE,
  FIELD_TAG,
  FIELD_WIDTH,
  FIXED32,
  FIXED64,
  HAS_ABSENT,
  INT32,
  INT64,
  MAX_MESSAGES,
  MEMBER,
  MESSAGE,
  PACKED,
  RECURSIVE,
  REPEATED,
  SFIXED64,
  SINT32,
  SPAN_ID,
  STRING,
  TRACE_ID,
  UINT32,
  UINT64,
} from './tables';

/** What is nested deeper is moved too often. */
const MAX_DEPTH: u32 = 32;
/** `rue` and `alse`. */
const RUE: u32 = 0x657572;
const ALSE: u32 = 0x65736c61;

let messages: u32 = 0;
let items: u32 = 0;
let depth: u32 = 0;

/** How many records, spans or data points the last message had. */
export function itemsRead(): u32 {
  return items;
}

/**
 * JSON as protobuf: members stand in their sender's order, and what has its default value is left out. Room for five
 * times its length has to be there; zeros have to stand behind it.
 * @returns where the protobuf ends; it begins at `to`
 */
export function toProtobuf(kind: usize, start: usize, end: usize, to: usize): usize {
  messages = 0;
  items = 0;
  depth = 0;
  moveTo(start);
  writeAt(to);
  message(kind);
  peek();
  if (pos !== end) giveUp();
  return out;
}

function message(kind: usize): void {
  if (++messages > MAX_MESSAGES) giveUp();
  const isRecursive = (load<u32>(kind) & RECURSIVE) !== 0;
  if (isRecursive && ++depth > MAX_DEPTH) giveUp();
  expect(OPEN_BRACE);
  if (peek() === CLOSE_BRACE) moveTo(pos + 1);
  else members(kind);
  if (isRecursive) depth--;
}

function members(kind: usize): void {
  let seen: u32 = 0;
  do {
    const field = key(kind);
    const flags = <u32>load<u8>(field, FIELD_FLAGS);
    // Of a oneof there is one; all its members share a bit.
    const bit: u32 = flags & MEMBER ? 0x80000000 : 1 << load<u32>(field, FIELD_INDEX);
    if (seen & bit) giveUp();
    seen |= bit;
    if (flags & REPEATED) list(field, flags);
    else {
      const before = out;
      const isSet = one(field, flags);
      // Its tag, and what was written of it.
      if (!isSet) writeAt(before);
    }
  } while (another(CLOSE_BRACE));
}

/** A field with its tag. @returns false of a default value that is left out */
function one(field: usize, flags: u32): bool {
  tag(load<u32>(field, FIELD_TAG));
  const type = <u32>load<u8>(field);
  if (type === MESSAGE) {
    if (flags & COUNTED) items++;
    nested(field);
    return true;
  }
  return scalar(field, type) || (flags & HAS_ABSENT) === 0;
}

function nested(field: usize): void {
  const width = <usize>load<u8>(field, FIELD_WIDTH);
  writeAt(out + width);
  const start = out;
  message(<usize>load<u32>(field, FIELD_MESSAGE));
  close(start, width);
}

/** Writes the length of what stands from `start` on in front of it, where so many bytes were left. */
function close(start: usize, width: usize): void {
  const length = out - start;
  const needed: usize = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4;
  if (needed !== width) memory.copy(start + needed - width, start, length);
  writeAt(start - width);
  varint(<u64>length);
  writeAt(out + length);
}

function list(field: usize, flags: u32): void {
  expect(OPEN_BRACKET);
  if (peek() === CLOSE_BRACKET) {
    moveTo(pos + 1);
    return;
  }
  if (flags & PACKED) {
    tag((load<u32>(field, FIELD_TAG) & ~7) | 2);
    writeAt(out + 1);
    const start = out;
    const type = <u32>load<u8>(field);
    do {
      if (++messages > MAX_MESSAGES) giveUp();
      scalar(field, type);
    } while (another(CLOSE_BRACKET));
    close(start, 1);
    return;
  }
  const isMessage = load<u8>(field) === MESSAGE;
  do {
    if (!isMessage && ++messages > MAX_MESSAGES) giveUp();
    one(field, flags);
  } while (another(CLOSE_BRACKET));
}

/** @returns false of what is a default value */
function scalar(field: usize, type: u32): bool {
  if (type === STRING) {
    writeAt(out + 1);
    const start = out;
    text();
    const isSet = out > start;
    close(start, 1);
    return isSet;
  }
  if (type === TRACE_ID || type === SPAN_ID) {
    writeAt(out + 1);
    const start = out;
    const length = hex(<usize>load<u32>(field, FIELD_ID_SIZE));
    close(start, 1);
    return length > 0;
  }
  if (type === DOUBLE) {
    peek();
    const value = number();
    store<f64>(out, value);
    writeAt(out + 8);
    return value !== 0;
  }
  if (type === BOOL) return boolean();
  if (type === INT64 || type === UINT64 || type === FIXED64 || type === SFIXED64) return wide(type);
  return narrow(type);
}

function boolean(): bool {
  const first = peek();
  // The lowest byte of what begins at the second letter; the fifth of `false` has to be there too.
  const isTrue = first === 0x74 && (load<u32>(pos, 1) & 0xffffff) === RUE;
  if (!isTrue && (first !== 0x66 || load<u32>(pos, 1) !== ALSE)) giveUp();
  moveTo(pos + (isTrue ? 4 : 5));
  byte(isTrue ? 1 : 0);
  return isTrue;
}

/** An integer of 64 bits, with quotes or without. */
function wide(type: u32): bool {
  const isQuoted = peek() === QUOTE;
  if (isQuoted) moveTo(pos + 1);
  const isSigned = type === INT64 || type === SFIXED64;
  // No white space between the quotes.
  const negative = load<u8>(pos) === 0x2d && isNegative();
  const size = digits(19);
  if (isQuoted) {
    if (load<u8>(pos) !== <u8>QUOTE) giveUp();
    moveTo(pos + 1);
  }
  // 63 bits are left for what has a sign.
  if (isSigned ? size >> 63 !== 0 : negative) giveUp();
  const value = negative ? 0 - size : size;
  if (type === INT64 || type === UINT64) varint(value);
  else {
    store<u64>(out, value);
    writeAt(out + 8);
  }
  return value !== 0;
}

/** An integer of 32 bits that has at most nine digits. */
function narrow(type: u32): bool {
  const isSigned = type === INT32 || type === ENUM || type === SINT32;
  if (!isSigned && type !== UINT32 && type !== FIXED32) giveUp();
  const negative = isNegative();
  if (negative && !isSigned) giveUp();
  const size = <i64>digits(9);
  const value = negative ? -size : size;
  if (type === FIXED32) {
    store<u32>(out, <u32>value);
    writeAt(out + 4);
  } else if (type === SINT32) varint(<u64>((value << 1) ^ (value >> 63)) & 0xffffffff);
  else varint(<u64>value);
  return value !== 0;
}

function tag(value: u32): void {
  varint(<u64>value);
}

function varint(given: u64): void {
  let value = given;
  while (value >= 0x80) {
    byte((<u32>value & 0x7f) | 0x80);
    value >>= 7;
  }
  byte(<u32>value);
}
