/** The error codes of HTTP/2 that are used here; to take them from `node:http2` would load it. @see RFC 9113, 7 */
export const HTTP2 = {
  noError: 0,
  internalError: 2,
  refusedStream: 7,
} as const;
