import { auth } from './auth-shape.ts';
import { absent, boolean, integer, optional, section } from './shape.ts';
import { clientTls } from './tls-shapes.ts';
import { duration } from './value-shapes.ts';

const NO_PROXY =
  'a proxy is not set here; start the process with NODE_USE_ENV_PROXY=1 and HTTPS_PROXY or HTTP_PROXY, or run the OpenTelemetry Collector with the same file';

/** Keys of HTTP clients, apart from where and what they send. */
export const HTTP_CLIENT_KEYS = {
  tls: section(clientTls),
  auth: optional(auth),
  proxy_url: absent(NO_PROXY),
  // Node.js reads what there is, and an exporter has as many connections as requests under way.
  read_buffer_size: optional(integer(0)),
  write_buffer_size: optional(integer(0)),
  max_idle_conns: optional(integer(0)),
  max_idle_conns_per_host: optional(integer(0)),
  max_conns_per_host: optional(integer(0)),
  idle_conn_timeout: optional(duration),
  // Requests go over HTTP/1.1.
  force_attempt_http2: optional(boolean),
  http2_read_idle_timeout: optional(duration),
  http2_ping_timeout: optional(duration),
};

/** Settings of HTTP clients that only the OpenTelemetry Collector has. */
export const HTTP_CLIENT_ELSEWHERE: readonly string[] = [
  'compression_params',
  'cookies',
  'disable_keep_alives',
  'middlewares',
];
