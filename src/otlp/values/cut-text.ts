const encoder = new TextEncoder();

/** The beginning of a text that takes at most `maxBytes` as UTF-8; no character is torn. */
export function cutText(text: string, maxBytes: number): string {
  if (3 * text.length <= maxBytes) return text;
  // Not measured if it has more characters than bytes are allowed: it may be half a gigabyte.
  if (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes) return text;
  if (maxBytes <= 0) return '';
  const head = text.slice(0, maxBytes);
  return head.slice(0, encoder.encodeInto(head, new Uint8Array(maxBytes)).read);
}
