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
  moveTo(base + start);
  while (pos < end) {
    const from = pos;
    const tag = varint();
    const wire = <u32>(tag & 7);
    const index = tag < 256 ? <u32>load<u8>(kind + <usize>tag, MESSAGE_BY_TAG) : 0;
    const content = contentOf(wire);
    if (index === 0) {
      if (wire === 3 || wire === 4 || isKnown(kind, tag >> 3)) return RARE;
    } else {
      const field = table + <usize>(index - 1) * FIELD_BYTES;
      const flags = <u32>load<u8>(field, FIELD_FLAGS);
      const inside = load<u8>(field) === MESSAGE ? <usize>load<u32>(field, FIELD_MESSAGE) : 0;
      // Several numbers in one field.
      if (wire !== <u32>load<u8>(field, FIELD_WIRE)) return RARE;
      if ((flags & REPEATED) === 0) {
        // All members of a oneof are one field.
        const bit: u64 = flags & MEMBER ? (<u64>1) << 63 : (<u64>1) << (<u64>index);
        if (seen & bit) return RARE;
        seen |= bit;
      } else if (inside !== 0) {
        if (flags & COUNTED || load<u32>(inside) & HOLDS_ITEMS) continue;
        if (load<u32>(inside) & IS_KEY_VALUE && !noteEntry(note, base, content)) return RARE;
      }
    }
    if (++count > MAX_NOTES) return RARE;
    store<u32>(note, index);
    store<u32>(note, <u32>(from - base), 4);
    store<u32>(note, <u32>(content - base), 8);
    store<u32>(note, <u32>(pos - base), 12);
    note += NOTE_BYTES;
  }
  return count;
}

/** Moves behind the value of a field. @returns where it begins, behind its length */
function contentOf(wire: u32): usize {
  const at = pos;
  if (wire === 2) {
    const length = <usize>varint();
    const content = pos;
    moveTo(content + length);
    return content;
  }
  if (wire === 0) varint();
  else if (wire === 1) moveTo(at + 8);
  else if (wire === 5) moveTo(at + 4);
  return at;
}

/** Whether a message has a field of this number, of another type. */
function isKnown(kind: usize, number: u64): bool {
  if (number >= 32) return false;
  for (let wire: u64 = 0; wire < 6; wire++) {
    if (load<u8>(kind + <usize>(number * 8 + wire), MESSAGE_BY_TAG) !== 0) return true;
  }
  return false;
}

/**
 * Notes where key and value of an entry are, from `content` to where it stands.
 * @returns false unless each is there once and in this order, as everybody sends them
 */
function noteEntry(note: usize, base: usize, content: usize): bool {
  const end = pos;
  if (content >= end || <u32>load<u8>(content) !== KEY_TAG) return false;
  moveTo(content + 1);
  const keyLength = <usize>varint();
  const key = pos;
  const keyEnd = key + keyLength;
  if (keyLength === 0 || keyEnd >= end || <u32>load<u8>(keyEnd) !== VALUE_TAG) return false;
  moveTo(keyEnd + 1);
  const length = <usize>varint();
  const value = pos;
  if (value + length !== end) return false;
  moveTo(end);
  store<u32>(note, <u32>(key - base), 16);
  store<u32>(note, <u32>(keyEnd - base), 20);
  store<u32>(note, <u32>(value - base), 24);
  return true;
}

/** Copies within the memory; the places may overlap. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
