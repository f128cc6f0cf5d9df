/** A key that the OpenTelemetry Collector had before: where, by what name, and what it is now. */
type OldKey = readonly [where: RegExp, key: string, now: string];

const OTLP_EXPORTER = /^exporters\.otlp(_grpc|_http|http)?(\/[^.]*)?$/;
const OTLP_PROTOCOL = /^receivers\.otlp(\/[^.]*)?\.protocols\.(grpc|http)$/;

const OLD_KEYS: readonly OldKey[] = [
  [
    /^exporters\.(debug|logging)(\/[^.]*)?$/,
    'loglevel',
    'it is verbosity now: basic, normal (once info), detailed (once debug)',
  ],
  ...['insecure', 'insecure_skip_verify', 'server_name_override', 'ca_file', 'cert_file', 'key_file'].map(
    (key): OldKey => [OTLP_EXPORTER, key, `it is tls.${key} now`],
  ),
  [
    new RegExp(`${OTLP_EXPORTER.source.slice(0, -1)}\\.sending_queue$`),
    'persistent_storage_enabled',
    'it is storage now: the id of an extension file_storage',
  ],
  [OTLP_PROTOCOL, 'tls_settings', 'it is tls now'],
  [OTLP_PROTOCOL, 'cors_allowed_origins', 'it is cors.allowed_origins now'],
  [OTLP_PROTOCOL, 'cors_allowed_headers', 'it is cors.allowed_headers now'],
  [
    /^processors\.memory_limiter(\/[^.]*)?$/,
    'ballast_size_mib',
    'leave it out, the OpenTelemetry Collector has no ballast any more',
  ],
  ...['include', 'exclude'].map(
    (key): OldKey => [
      /^processors\.filter(\/[^.]*)?\.metrics$/,
      key,
      `conditions do it: metric_conditions: ['metric.name == "…"']`,
    ],
  ),
  [/^extensions\.health_check(\/[^.]*)?$/, 'port', 'it is part of endpoint now: "localhost:13133"'],
];

/** What a key of an older OpenTelemetry Collector is now; undefined if it never was one. */
export function whatOldKeyIs(path: string, key: string): string | undefined {
  return OLD_KEYS.find(([where, name]) => name === key && where.test(path))?.[2];
}
