/**
 * A part of a text, by its bytes in UTF-8.
 * @param isWhole - whether a character that would be cut is left out; else its bytes become replacement characters
 */
export function cutBytes(text: string, start: number, end: number, isWhole: boolean): string {
  const bytes = Buffer.from(text);
  if (start === 0 && bytes.length <= end) return text;
  let from = start;
  let to = Math.min(end, bytes.length);
  if (isWhole) {
    while (from < bytes.length && isInside(bytes[from] as number)) from++;
    while (to > from && to < bytes.length && isInside(bytes[to] as number)) to--;
  }
  return bytes.toString('utf8', from, Math.max(from, to));
}

/** Whether a byte continues a character. */
function isInside(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
