import { moveTo, pos, varint } from './state';
import {
  COUNTED,
  FIELD_BYTES,
  FIELD_FLAGS,
  FIELD_MESSAGE,
  FIELD_WIRE,
  HOLDS_ITEMS,
  IS_KEY_VALUE,
  MEMBER,
  MESSAGE,
  MESSAGE_BY_TAG,
  MESSAGE_FIELDS_AT,
  REPEATED,
} from './tables';

/** What is noted of a field: eight words of 32 bits. `../src/otlp/wire/message-view.ts` reads them. */
const NOTE_BYTES: usize = 32;
/** As many fields of one message are noted. */
const MAX_NOTES: i32 = 512;

const KEY_TAG: u32 = 0x0a;
const VALUE_TAG: u32 = 0x12;

/** Said of a message that has more fields, or what is not as everybody sends it. */
const RARE: i32 = -1;

/**
 * Notes where the fields of a message are, which has been checked: all but the lists that hold records. Places count
 * from `base` on.
 * @returns how many are noted from `to` on; -1 of a message that a decoder has to take care of
 */
export function fields(kind: usize, base: usize, start: usize, stop: usize, to: usize): i32 {
  const table = <usize>load<u32>(kind, MESSAGE_FIELDS_AT);
  const end = base + stop;
  let seen: u64 = 0;
  let note = to;
  let count: i32 = 0;
  // Not the place that all share: this one stays in a register.
  let at = base + start;
  while (at < end) {
    const from = at;
    let tag = <u32>load<u8>(at++);
    if (tag >= 0x80) {
      moveTo(from);
      tag = <u32>varint();
      at = pos;
    }
    const wire = tag & 7;
    let content = at;
    if (wire === 2) {
      let length = <usize>load<u8>(at++);
      if (length >= 0x80) {
        moveTo(content);
        length = <usize>varint();
        at = pos;
      }
      content = at;
      at += length;
    } else if (wire === 0) {
      while (load<u8>(at++) >= 0x80);
    } else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    const index = tag < 256 ? <u32>load<u8>(kind + <usize>tag, MESSAGE_BY_TAG) : 0;
    if (index === 0) {
      if (wire === 3 || wire === 4 || isKnown(kind, tag >> 3)) return RARE;
    } else {
      const field = table + <usize>(index - 1) * FIELD_BYTES;
      const flags = <u32>load<u8>(field, FIELD_FLAGS);
      // Several numbers in one field.
      if (wire !== <u32>load<u8>(field, FIELD_WIRE)) return RARE;
      if ((flags & REPEATED) === 0) {
        // All members of a oneof are one field.
        const bit: u64 = flags & MEMBER ? (<u64>1) << 63 : (<u64>1) << (<u64>index);
        if (seen & bit) return RARE;
        seen |= bit;
      } else if (load<u8>(field) === MESSAGE) {
        const inside = load<u32>(<usize>load<u32>(field, FIELD_MESSAGE));
        if (flags & COUNTED || inside & HOLDS_ITEMS) continue;
        if (inside & IS_KEY_VALUE && !noteEntry(note, base, content, at)) return RARE;
      }
    }
    if (++count > MAX_NOTES) return RARE;
    store<u32>(note, index);
    store<u32>(note, <u32>(from - base), 4);
    store<u32>(note, <u32>(content - base), 8);
    store<u32>(note, <u32>(at - base), 12);
    note += NOTE_BYTES;
  }
  return count;
}

/** Whether a message has a field of this number, of another type. */
function isKnown(kind: usize, number: u32): bool {
  if (number >= 32) return false;
  for (let wire: u32 = 0; wire < 6; wire++) {
    if (load<u8>(kind + <usize>(number * 8 + wire), MESSAGE_BY_TAG) !== 0) return true;
  }
  return false;
}

/**
 * Notes where key and value of an entry are, whose content is given.
 * @returns false unless each is there once and in this order, as everybody sends them
 */
function noteEntry(note: usize, base: usize, content: usize, end: usize): bool {
  if (content >= end || <u32>load<u8>(content) !== KEY_TAG) return false;
  let key = content + 2;
  let keyLength = <usize>load<u8>(content, 1);
  if (keyLength >= 0x80) {
    moveTo(content + 1);
    keyLength = <usize>varint();
    key = pos;
  }
  const keyEnd = key + keyLength;
  if (keyLength === 0 || keyEnd >= end || <u32>load<u8>(keyEnd) !== VALUE_TAG) return false;
  let value = keyEnd + 2;
  let length = <usize>load<u8>(keyEnd, 1);
  if (length >= 0x80) {
    moveTo(keyEnd + 1);
    length = <usize>varint();
    value = pos;
  }
  if (value + length !== end) return false;
  store<u32>(note, <u32>(key - base), 16);
  store<u32>(note, <u32>(keyEnd - base), 20);
  store<u32>(note, <u32>(value - base), 24);
  return true;
}

/** Copies within the memory; the places may overlap. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
