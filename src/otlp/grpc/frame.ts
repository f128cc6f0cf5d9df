/** A flag and the length of what follows, before each message. */
export const FRAME_HEADER_BYTES = 5;

/**
 * A message with its header.
 * @param isCompressed - by what the header `grpc-encoding` says
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message"
 */
export function frameOf(message: Uint8Array, isCompressed = false): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + message.byteLength);
  frame[0] = isCompressed ? 1 : 0;
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, FRAME_HEADER_BYTES);
  return frame;
}
