import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';

/** What is made into a text at once of a message that may grow, in characters and values. */
const MAX_PIECE = 64 * 1024;

/** A text has at most half a billion characters. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

const SPACE = 0x20;

/**
 * A decoded message as JSON in UTF-8. A control character takes six bytes there: a message that is full of them
 * is never in memory as a text beside its bytes, but written piece by piece, after its pieces have been counted.
 * @param source - the bytes that it was decoded from, if it was
 */
export function jsonBytes(value: OtlpObject, source: Uint8Array | undefined): Uint8Array {
  if (source !== undefined && !mayGrow(source)) return Buffer.from(JSON.stringify(value));
  let length = 0;
  forEachPiece(value, (piece) => {
    length += Buffer.byteLength(piece);
  });
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  forEachPiece(value, (piece) => {
    at += bytes.write(piece, at);
  });
  return bytes;
}

/** Whether half of the bytes are control characters or, in protobuf, what is around messages without contents. */
function mayGrow(source: Uint8Array): boolean {
  if (source.length > MAX_WHOLE_BYTES) return true;
  let controls = 0;
  for (let at = 0; at < source.length; at++) if ((source[at] as number) < SPACE) controls++;
  return controls > source.length / 2 && source.length > MAX_PIECE;
}

type Take = (piece: string) => void;

function forEachPiece(value: OtlpValue, take: Take): void {
  if (sizeOf(value, MAX_PIECE) < MAX_PIECE) take(JSON.stringify(value));
  else if (typeof value === 'string') piecesOfText(value, take);
  else if (Array.isArray(value)) piecesOfList(value, take);
  else piecesOfObject(value as OtlpObject, take);
}

function piecesOfText(text: string, take: Take): void {
  take('"');
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + MAX_PIECE, text.length);
    // Both halves of a character stay together.
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    take(JSON.stringify(text.slice(start, end)).slice(1, -1));
    start = end;
  }
  take('"');
}

/** Items that are short go together. */
function piecesOfList(list: readonly OtlpValue[], take: Take): void {
  let before = '[';
  let group: OtlpValue[] = [];
  let groupSize = 0;
  const flush = (): void => {
    if (group.length === 0) return;
    take(`${before}${JSON.stringify(group).slice(1, -1)}`);
    before = ',';
    group = [];
    groupSize = 0;
  };
  for (const item of list) {
    const size = sizeOf(item, MAX_PIECE);
    if (groupSize + size >= MAX_PIECE) flush();
    groupSize += size;
    if (size < MAX_PIECE) group.push(item);
    else {
      take(before);
      before = ',';
      groupSize = 0;
      forEachPiece(item, take);
    }
  }
  flush();
  take(']');
}

function piecesOfObject(object: OtlpObject, take: Take): void {
  let before = '{';
  for (const [name, item] of Object.entries(object)) {
    take(`${before}"${name}":`);
    forEachPiece(item, take);
    before = ',';
  }
  take('}');
}

/** The characters and values in a value, or `most` if there are more. */
function sizeOf(value: OtlpValue, most: number): number {
  if (typeof value === 'string') return Math.min(value.length + 1, most);
  if (typeof value !== 'object') return 1;
  let size = 1;
  for (const name in value) {
    size += sizeOf((value as OtlpObject)[name] as OtlpValue, most - size);
    if (size >= most) return most;
  }
  return size;
}
