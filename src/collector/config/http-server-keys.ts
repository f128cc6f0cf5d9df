import { CONTENT_ENCODINGS } from '../../serve/read-body.ts';
import { auth } from './auth-shape.ts';
import { boolean, integer, listOf, mapping, oneOf, optional, text } from './shape.ts';
import { serverTls } from './tls-shapes.ts';
import { duration, headers } from './value-shapes.ts';

const words = listOf(text());

/** What a duration of 0 stands for: a bound there has to be, so it is that of this engine. */
const timeout = { shape: duration, required: false, fallback: undefined } as const;

const cors = mapping({
  allowed_origins: optional(words, []),
  allowed_headers: optional(words, []),
  exposed_headers: optional(words, []),
  max_age: optional(integer(Number.MIN_SAFE_INTEGER), 0),
});

/** Over what a server listens. */
export const transport = optional(oneOf(['tcp', 'unix'], ['tcp4', 'tcp6']), 'tcp');

/** Keys of HTTP servers, apart from their endpoint. */
export const HTTP_SERVER_KEYS = {
  tls: optional(serverTls),
  auth: optional(auth),
  cors: optional(cors),
  compression_algorithms: optional(
    listOf(oneOf(['', ...CONTENT_ENCODINGS], ['snappy', 'lz4', 'x-snappy-framed'])),
  ),
  response_headers: optional(headers, {}),
  keep_alives_enabled: optional(boolean, true),
  // Receivers here keep no metadata of clients, so there is nothing that would see it.
  include_metadata: optional(boolean, false),
  read_header_timeout: timeout,
  read_timeout: timeout,
  idle_timeout: timeout,
  // Answers are a few bytes; a connection on which nothing moves is closed anyway.
  write_timeout: timeout,
  transport,
};

/** Settings of HTTP servers that only the OpenTelemetry Collector has. */
export const HTTP_SERVER_ELSEWHERE = ['middlewares'];
