import { giveUp, moveTo, pos } from './state';
import {
  COUNTED,
  FIELD_BYTES,
  FIELD_FLAGS,
  FIELD_ID_SIZE,
  FIELD_MESSAGE,
  FIELD_WIRE,
  HOLDS_ITEMS,
  MAX_MESSAGES,
  MAX_VALUE_DEPTH,
  MEMBER,
  MESSAGE,
  MESSAGE_BY_TAG,
  MESSAGE_FIELDS_AT,
  PACKED,
  RECURSIVE,
  REPEATED,
} from './tables';

let messages: u32 = 0;
let items: u32 = 0;
/** Of the message that is open. */
let end: usize = 0;
/** Where very old senders have their records. */
const DROPPED_FIELD: u64 = 1000;

/** Checks protobuf, as `scanProtobuf` does. @returns how many records, spans or data points are in it */
export function scan(message: usize, start: usize, stop: usize): u32 {
  messages = 0;
  items = 0;
  moveTo(start);
  end = stop;
  scanMessage(message, 0);
  return items;
}

function scanMessage(message: usize, depth: u32): void {
  const flags = load<u32>(message);
  let inside = depth;
  if (flags & RECURSIVE) {
    if (depth >= MAX_VALUE_DEPTH) giveUp();
    inside++;
  }
  const fields = <usize>load<u32>(message, MESSAGE_FIELDS_AT);
  let hasItems = false;
  while (pos < end) {
    const tag = checkedVarint();
    if (tag < 8 || tag > 0xffffffff) giveUp();
    const index = tag < 256 ? <u32>load<u8>(message + <usize>tag, MESSAGE_BY_TAG) : 0;
    if (index === 0) {
      skipUnknown(message, flags, tag);
      continue;
    }
    const field = fields + <usize>(index - 1) * FIELD_BYTES;
    const kind = <u32>load<u8>(field, FIELD_FLAGS);
    const wire = <u32>load<u8>(field, FIELD_WIRE);
    if (<u32>(tag & 7) !== wire) {
      packed(kind, wire);
      continue;
    }
    if (kind & COUNTED) items++;
    // A second member of a oneof takes the first one's items away, which have been counted.
    if (flags & HOLDS_ITEMS && kind & MEMBER) {
      if (hasItems) giveUp();
      hasItems = true;
    }
    if (load<u8>(field) === MESSAGE) {
      count();
      const outer = end;
      const length = checkedLength();
      end = pos + length;
      scanMessage(<usize>load<u32>(field, FIELD_MESSAGE), inside);
      end = outer;
    } else {
      if (kind & REPEATED) count();
      skipScalar(wire, load<u32>(field, FIELD_ID_SIZE));
    }
  }
}

/** What is not a field of the message; a known field of another wire type is told by its number. */
function skipUnknown(message: usize, flags: u32, tag: u64): void {
  const number = tag >> 3;
  if (number === DROPPED_FIELD && flags & HOLDS_ITEMS) giveUp();
  if (number < 32) {
    for (let wire: u64 = 0; wire < 6; wire++) {
      if (load<u8>(message + <usize>(number * 8 + wire), MESSAGE_BY_TAG) !== 0) giveUp();
    }
  }
  skipScalar(<u32>(tag & 7), 0);
}

function packed(kind: u32, wire: u32): void {
  if ((kind & PACKED) === 0) giveUp();
  const outer = end;
  const length = checkedLength();
  end = pos + length;
  while (pos < end) {
    count();
    skipScalar(wire, 0);
  }
  end = outer;
}

function skipScalar(wire: u32, idSize: u32): void {
  if (wire === 2) {
    const length = checkedLength();
    if (idSize > 0 && length !== 0 && length !== idSize) giveUp();
    moveTo(pos + length);
  } else if (wire === 0) checkedVarint();
  else if (wire === 1) take(8);
  else if (wire === 5) take(4);
  else giveUp();
}

function take(bytes: usize): void {
  if (bytes > end - pos) giveUp();
  moveTo(pos + bytes);
}

function count(): void {
  if (++messages > MAX_MESSAGES) giveUp();
}

function checkedLength(): usize {
  const length = checkedVarint();
  if (length > <u64>(end - pos)) giveUp();
  return <usize>length;
}

function checkedVarint(): u64 {
  if (pos >= end) giveUp();
  let next = <u64>load<u8>(pos);
  moveTo(pos + 1);
  if (next < 0x80) return next;
  let value = next & 0x7f;
  for (let shift: u64 = 7; shift < 70; shift += 7) {
    if (pos >= end) giveUp();
    next = <u64>load<u8>(pos);
    moveTo(pos + 1);
    if (shift === 63 && next > 1) giveUp();
    value |= (next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  giveUp();
  return 0;
}
