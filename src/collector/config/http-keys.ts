/** Settings of HTTP clients that only the OpenTelemetry Collector has. */
export const CLIENT_ELSEWHERE: readonly string[] =
  `auth tls proxy_url read_buffer_size write_buffer_size compression_params max_idle_conns
  max_idle_conns_per_host max_conns_per_host idle_conn_timeout disable_keep_alives http2_read_idle_timeout
  http2_ping_timeout cookies force_attempt_http2 middlewares profiles_endpoint`.split(/\s+/);
