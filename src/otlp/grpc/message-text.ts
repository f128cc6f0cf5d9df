const encoder = new TextEncoder();

/** What may stand as it is: printable ASCII, but for the percent sign. */
const PLAIN = /^[\x20-\x24\x26-\x7e]*$/;

/**
 * A text as the header `grpc-message` holds it.
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Status-Message"
 */
export function encodeMessageText(text: string): string {
  if (PLAIN.test(text)) return text;
  let encoded = '';
  for (const byte of encoder.encode(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
