/** The next byte of the input. */
export let pos: usize = 0;
/** Where the next byte of the output goes. */
export let out: usize = 0;
/** Of the memory. */
let outEnd: usize = 0;

/** The largest memory there may be, in pages of 64 KiB. */
const MAX_PAGES: i32 = 1024;

export function moveTo(place: usize): void {
  pos = place;
}

export function writeAt(place: usize): void {
  out = place;
  outEnd = (<usize>memory.size()) << 16;
}

/** Whatever is rare, large or wrong: the code in TypeScript takes care of it, and says what is wrong. */
export function giveUp(): void {
  unreachable();
}

/** Makes sure that there is room for so many bytes, and for what is written beyond them by the word. */
export function room(bytes: usize): void {
  if (out + bytes + 64 > outEnd) grow(bytes + 64);
}

function grow(bytes: usize): void {
  const missing = <i32>((out + bytes - outEnd + 0xffff) >> 16);
  // Some more, so that it does not grow again at once.
  const more = missing + (memory.size() >> 2);
  if (memory.size() + more > MAX_PAGES || memory.grow(more) < 0) giveUp();
  outEnd = (<usize>memory.size()) << 16;
}

export function byte(value: u32): void {
  store<u8>(out++, <u8>value);
}

/** A varint of input that has been checked. */
export function varint(): u64 {
  let next = <u64>load<u8>(pos++);
  if (next < 0x80) return next;
  let value = next & 0x7f;
  let shift: u64 = 7;
  do {
    next = <u64>load<u8>(pos++);
    value |= (next & 0x7f) << shift;
    shift += 7;
  } while (next >= 0x80 && shift < 70);
  return value;
}

/**
 * A character that is not ASCII, in UTF-8.
 * @returns its bytes; of what is not well-formed, below zero, those for which a decoder puts one U+FFFD
 */
export function character(at: usize, end: usize): i32 {
  const first = <u32>load<u8>(at);
  if (first < 0xc2 || first > 0xf4) return -1;
  const length: i32 = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let lowest: u32 = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let highest: u32 = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let index: i32 = 1; index < length; index++) {
    if (at + index >= end) return -index;
    const next = <u32>load<u8>(at + index);
    if (next < lowest || next > highest) return -index;
    lowest = 0x80;
    highest = 0xbf;
  }
  return length;
}

/** U+FFFD in UTF-8. */
export const REPLACEMENT: u32 = 0xbdbfef;
