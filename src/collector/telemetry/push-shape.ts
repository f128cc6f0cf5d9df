import { otlpGrpcExporter } from '../components/otlp-grpc-exporter.ts';
import { otlpHttpExporter } from '../components/otlp-http-exporter.ts';
import { dotted } from '../config/config-node.ts';
import type { Problems } from '../config/problems.ts';
import { readValue } from '../config/read-value.ts';
import {
  absent,
  anything,
  boolean,
  integer,
  mapping,
  oneOf,
  optional,
  type Read,
  required,
  type Shape,
  text,
} from '../config/shape.ts';
import { headers } from '../config/value-shapes.ts';

/** Where the collector sends its own metrics to, and how often. */
export interface MetricsPush {
  readonly intervalMs: number;
  /** For the last push, when the collector ends. */
  readonly timeoutMs: number;
  readonly protocol: 'http/protobuf' | 'grpc';
  /** Of the exporter `otlp_http` or `otlp_grpc`. */
  readonly settings: unknown;
}

const otlp = mapping(
  {
    protocol: required(oneOf(['http/protobuf', 'grpc'])),
    endpoint: required(text()),
    headers: optional(headers, {}),
    insecure: optional(boolean, false),
    certificate: optional(text()),
    client_certificate: optional(text()),
    client_key: optional(text()),
    compression: optional(oneOf(['gzip', 'none']), 'none'),
    timeout: optional(integer(1), 10_000),
    temporality_preference: optional(oneOf(['cumulative'], ['delta', 'lowmemory']), 'cumulative'),
    // There is no histogram among the metrics of this engine.
    default_histogram_aggregation: optional(anything),
  },
  ['headers_list'],
);

const periodic = mapping({
  interval: optional(integer(1), 60_000),
  timeout: optional(integer(1), 30_000),
  exporter: required(
    mapping({
      otlp: required(otlp),
      console: absent(
        'this engine shows its own metrics to scrapers and over OTLP; --print-stats prints counts',
      ),
    }),
  ),
});

/** A reader that pushes, `periodic`; times are in milliseconds, as in the OpenTelemetry Collector. */
export const pushShape: Shape<MetricsPush | undefined> = {
  read: (node, path, problems) => {
    const count = problems.count;
    const { interval: intervalMs, timeout: timeoutMs, exporter } = periodic.read(node, path, problems);
    // What is wrong has been reported; what the exporter's own settings say would say it again.
    if (problems.count > count) return undefined;
    return { intervalMs, timeoutMs, ...destination(exporter.otlp, dotted(path, 'exporter.otlp'), problems) };
  },
};

/** What pushes is one of the exporters, without a queue: the next push says the same, and more. */
function destination(
  given: Read<typeof otlp>,
  path: string,
  problems: Problems,
): Pick<MetricsPush, 'protocol' | 'settings'> {
  const { protocol, insecure, compression, headers: shown, timeout } = given;
  const endpoint = /^https?:\/\//i.test(given.endpoint)
    ? given.endpoint
    : `${insecure ? 'http' : 'https'}://${given.endpoint}`;
  const common = {
    headers: shown,
    compression,
    timeout: `${timeout}ms`,
    tls: { ca_file: given.certificate, cert_file: given.client_certificate, key_file: given.client_key },
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  };
  const nodeOf = (settings: object) =>
    readValue(JSON.parse(JSON.stringify(settings)), {
      at: undefined,
      path,
      parents: [],
      variables: undefined,
      problems,
    });
  if (protocol === 'grpc') {
    const settings = otlpGrpcExporter.shape.read(nodeOf({ ...common, endpoint }), path, problems);
    return { protocol, settings };
  }
  const hasPath = URL.canParse(endpoint) && new URL(endpoint).pathname !== '/';
  const own = hasPath ? { metrics_endpoint: endpoint } : { endpoint };
  return {
    protocol,
    settings: otlpHttpExporter.shape.read(nodeOf({ ...common, ...own }), path, problems),
  };
}
