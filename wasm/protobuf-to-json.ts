import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET } from './characters';
import { boolean, double, isAbsent, scalar, signedQuoted, text } from './json-scalars';
import { byte, giveUp, moveTo, out, pos, room, varint, writeAt } from './state';
import {
  ALWAYS,
  FIELD_BYTES,
  FIELD_FLAGS,
  FIELD_MESSAGE,
  FIELD_TAG,
  FIELD_TEXT,
  FIELD_TEXT_LENGTH,
  HAS_ABSENT,
  IS_ANY_VALUE,
  IS_KEY_VALUE,
  MAX_VALUE_DEPTH,
  MEMBER,
  MESSAGE,
  MESSAGE_BY_TAG,
  MESSAGE_FIELDS,
  MESSAGE_FIELDS_AT,
  PACKED,
  RECURSIVE,
  REPEATED,
  SLOTS,
} from './tables';

/** `{}` */
const EMPTY: u16 = 0x7d7b;
const LINE_BREAK: u32 = 0x0a;

const KEY_TAG: u32 = 0x0a;
const VALUE_TAG: u32 = 0x12;
const STRING_TAG: u32 = 0x0a;
const BOOL_TAG: u32 = 0x10;
const INT_TAG: u32 = 0x18;
const DOUBLE_TAG: u32 = 0x21;

let slotTop: usize = 0;
let depth: u32 = 0;

/**
 * Protobuf that has been checked as a line of JSON, its keys in the order of declaration.
 * @returns where the line ends, with its line break; it begins at `to`
 */
export function toJson(kind: usize, start: usize, end: usize, to: usize): usize {
  moveTo(start);
  writeAt(to);
  slotTop = SLOTS;
  depth = 0;
  message(kind, end);
  byte(LINE_BREAK);
  return out;
}

/** Writes the message from here to `end`. */
function message(kind: usize, end: usize): void {
  const isRecursive = (load<u32>(kind) & RECURSIVE) !== 0;
  if (isRecursive && ++depth > MAX_VALUE_DEPTH) giveUp();
  const count = <usize>load<u32>(kind, MESSAGE_FIELDS);
  const fields = <usize>load<u32>(kind, MESSAGE_FIELDS_AT);
  const slots = slotTop;
  slotTop += count << 2;
  memory.fill(slots, 0, count << 2);
  findFields(kind, fields, slots, end);
  room(64);
  byte(OPEN_BRACE);
  let isFirst = true;
  for (let index: usize = 0; index < count; index++) {
    const at = <usize>load<u32>(slots + (index << 2));
    const field = fields + index * FIELD_BYTES;
    const flags = <u32>load<u8>(field, FIELD_FLAGS);
    if (at === 0) {
      if ((flags & ALWAYS) === 0) continue;
      name(field, isFirst);
      store<u16>(out, EMPTY);
      writeAt(out + 2);
      isFirst = false;
      continue;
    }
    const type = <u32>load<u8>(field);
    if (flags & HAS_ABSENT) {
      moveTo(at);
      if (isAbsent(type)) continue;
    }
    name(field, isFirst);
    isFirst = false;
    moveTo(at);
    if (flags & REPEATED) list(field, type, flags, end);
    else if (type === MESSAGE) inside(<usize>load<u32>(field, FIELD_MESSAGE));
    else scalar(type);
  }
  room(64);
  byte(CLOSE_BRACE);
  slotTop = slots;
  moveTo(end);
  if (isRecursive) depth--;
}

/** `"name":`, behind a comma unless it is the first. */
function name(field: usize, isFirst: bool): void {
  room(64);
  const skipped: usize = isFirst ? 1 : 0;
  v128.store(out, v128.load(field + skipped, FIELD_TEXT));
  v128.store(out, v128.load(field + skipped, FIELD_TEXT + 16), 16);
  writeAt(out + load<u32>(field, FIELD_TEXT_LENGTH) - skipped);
}

/** Notes where each field is: a list at its first tag, others at their last value. */
function findFields(kind: usize, fields: usize, slots: usize, end: usize): void {
  let chosen: usize = 0;
  while (pos < end) {
    const tagAt = pos;
    const tag = varint();
    const index = tag < 256 ? <usize>load<u8>(kind + <usize>tag, MESSAGE_BY_TAG) : 0;
    if (index > 0) {
      const field = fields + (index - 1) * FIELD_BYTES;
      const slot = slots + ((index - 1) << 2);
      const flags = <u32>load<u8>(field, FIELD_FLAGS);
      if (flags & REPEATED) {
        if (load<u32>(slot) === 0) store<u32>(slot, <u32>tagAt);
      } else {
        if (flags & MEMBER) {
          if (chosen !== 0) store<u32>(chosen, 0);
          chosen = slot;
        } else if (load<u8>(field) === MESSAGE && load<u32>(slot) !== 0) giveUp();
        store<u32>(slot, <u32>pos);
      }
    }
    skip(<u32>(tag & 7));
  }
}

function skip(wire: u32): void {
  if (wire === 2) {
    const length = <usize>varint();
    moveTo(pos + length);
  } else if (wire === 0) varint();
  else if (wire === 1) moveTo(pos + 8);
  else if (wire === 5) moveTo(pos + 4);
  else giveUp();
}

function inside(kind: usize): void {
  const length = <usize>varint();
  const end = pos + length;
  const flags = load<u32>(kind);
  if (flags & IS_ANY_VALUE) value(kind, end);
  else if (flags & IS_KEY_VALUE) attribute(kind, end);
  else message(kind, end);
}

/** The items of a list, which may lie between other fields. */
function list(field: usize, type: u32, flags: u32, end: usize): void {
  const own = <u64>load<u32>(field, FIELD_TAG);
  const packed = (own & ~7) | 2;
  let before = OPEN_BRACKET;
  while (pos < end) {
    const tag = varint();
    if (tag === own) {
      room(64);
      byte(before);
      before = COMMA;
      if (type === MESSAGE) inside(<usize>load<u32>(field, FIELD_MESSAGE));
      else scalar(type);
    } else if (flags & PACKED && tag === packed) {
      const length = <usize>varint();
      const last = pos + length;
      while (pos < last) {
        room(64);
        byte(before);
        before = COMMA;
        scalar(type);
      }
    } else skip(<u32>(tag & 7));
  }
  // A packed list of nothing has a field, and no item.
  if (before === OPEN_BRACKET) giveUp();
  room(64);
  byte(CLOSE_BRACKET);
}

/** A key and a value, each once and in this order, as everybody sends them. */
function attribute(kind: usize, end: usize): void {
  const start = pos;
  if (start < end && load<u8>(start) === KEY_TAG) {
    moveTo(start + 1);
    const length = <usize>varint();
    const key = pos;
    const keyEnd = key + length;
    if (length > 0 && keyEnd < end && load<u8>(keyEnd) === VALUE_TAG) {
      moveTo(keyEnd + 1);
      const valueLength = <usize>varint();
      const at = pos;
      if (at + valueLength === end) {
        const fields = <usize>load<u32>(kind, MESSAGE_FIELDS_AT);
        room(64);
        byte(OPEN_BRACE);
        name(fields, true);
        moveTo(key);
        text(length);
        name(fields + FIELD_BYTES, false);
        moveTo(at);
        value(<usize>load<u32>(fields + FIELD_BYTES, FIELD_MESSAGE), end);
        room(64);
        byte(CLOSE_BRACE);
        return;
      }
    }
  }
  moveTo(start);
  message(kind, end);
}

/** A value with one member, as everybody sends them. */
function value(kind: usize, end: usize): void {
  const start = pos;
  if (start < end && isSimple(<u32>load<u8>(start), end)) {
    simple(<u32>load<u8>(start), <usize>load<u32>(kind, MESSAGE_FIELDS_AT), start + 1, end);
    return;
  }
  moveTo(start);
  message(kind, end);
}

/** Whether there is nothing but one value that is no message. */
function isSimple(tag: u32, end: usize): bool {
  moveTo(pos + 1);
  if (tag === STRING_TAG) {
    const length = <usize>varint();
    return pos + length === end;
  }
  if (tag === INT_TAG || tag === BOOL_TAG) {
    varint();
    return pos === end;
  }
  return tag === DOUBLE_TAG && pos + 8 === end;
}

function simple(tag: u32, fields: usize, start: usize, end: usize): void {
  room(64);
  byte(OPEN_BRACE);
  name(fields + <usize>((tag >> 3) - 1) * FIELD_BYTES, true);
  moveTo(start);
  if (tag === STRING_TAG) text(<usize>varint());
  else if (tag === INT_TAG) signedQuoted(<i64>varint());
  else if (tag === DOUBLE_TAG) double();
  else boolean(varint() !== 0);
  room(64);
  byte(CLOSE_BRACE);
  moveTo(end);
}
