import { validateHeaderName, validateHeaderValue } from 'node:http';
import { dotted } from './config-node.ts';
import { parseDuration } from './duration.ts';
import {
  asMap,
  boolean,
  integer,
  mapping,
  oneOf,
  optional,
  required,
  type Shape,
  section,
  text,
} from './shape.ts';

/** A host and a port to listen on. */
export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  readonly port: number;
}

/** What a shape returns. */
export type Read<S> = S extends Shape<infer T> ? T : never;

const MEBIBYTE = 1024 * 1024;

/** As in the OpenTelemetry Collector. */
const MAX_BODY_BYTES = 20 * MEBIBYTE;

/** Settings of HTTP servers and clients that need the other engine. */
const SERVER_ELSEWHERE = `auth cors tls include_metadata response_headers compression_algorithms read_timeout
  read_header_timeout write_timeout idle_timeout middlewares keep_alives_enabled`.split(/\s+/);
const CLIENT_ELSEWHERE =
  `auth tls proxy_url read_buffer_size write_buffer_size compression_params max_idle_conns
  max_idle_conns_per_host max_conns_per_host idle_conn_timeout disable_keep_alives http2_read_idle_timeout
  http2_ping_timeout cookies force_attempt_http2 middlewares metrics_endpoint profiles_endpoint`.split(/\s+/);

const durationMs = text('a duration such as 300ms, 5s or 1m30s', parseDuration);
const listenAddress = text('HOST:PORT, with a port from 0 to 65535', parseListenAddress);
const httpUrl = text('an http or https URL', parseHttpUrl);
const zeroOr = (shape: Shape<number>): Shape<number> => ({
  read: (node, path, problems) =>
    node.kind === 'scalar' && node.value === 0 ? 0 : shape.read(node, path, problems),
});
const duration = zeroOr(durationMs);

export const otlpReceiver = mapping({
  protocols: required(
    mapping(
      {
        http: required(
          mapping(
            {
              endpoint: optional(listenAddress, { host: 'localhost', port: 4318 }),
              max_request_body_size: optional(integer(0), MAX_BODY_BYTES),
            },
            [
              ...SERVER_ELSEWHERE,
              'logs_url_path',
              'traces_url_path',
              'metrics_url_path',
              'profiles_url_path',
            ],
          ),
        ),
      },
      ['grpc'],
    ),
  ),
});

const rotation = mapping({
  max_megabytes: optional(integer(0), 100),
  max_days: optional(integer(0), 0),
  max_backups: optional(integer(0), 100),
  localtime: optional(boolean, false),
});

export const fileExporter = mapping(
  {
    path: required(text('a path', (path) => (path === '' ? undefined : path))),
    append: optional(boolean, false),
    create_directory: optional(boolean, false),
    rotation: optional(rotation),
    format: optional(oneOf(['json'], ['proto']), 'json'),
    // Every line is written at once: there is nothing to flush.
    flush_interval: optional(duration),
  },
  ['compression', 'compression_params', 'encoding', 'group_by', 'directory_permissions'],
);

const headers: Shape<Readonly<Record<string, string>>> = {
  takesNothing: true,
  read: (node, path, problems) => {
    const entries = [...(asMap(node, path, problems)?.entries ?? [])].map(
      ([name, { keyAt, node: value }]) => {
        const read: string | undefined = text().read(value, dotted(path, name), problems);
        // Node's own message quotes the value, which is often a secret.
        if (read !== undefined && !isHeader(name, read))
          problems.add(keyAt, dotted(path, name), 'not an HTTP header');
        return [name, read];
      },
    );
    return Object.fromEntries(entries);
  },
};

const sendingQueue = mapping(
  {
    enabled: optional(boolean, true),
    // Requests leave one at a time, in order.
    num_consumers: optional(integer(1)),
    queue_size: optional(integer(1), 1000),
    sizer: optional(oneOf(['requests', 'items', 'bytes']), 'requests'),
  },
  ['batch', 'block_on_overflow', 'storage', 'wait_for_result'],
);

const retryOnFailure = mapping(
  {
    enabled: optional(boolean, true),
    initial_interval: optional(duration, 5_000),
    max_interval: optional(duration, 30_000),
    max_elapsed_time: optional(duration, 300_000),
  },
  ['multiplier', 'randomization_factor'],
);

export const otlpHttpExporter = mapping(
  {
    endpoint: optional(httpUrl),
    logs_endpoint: optional(httpUrl),
    traces_endpoint: optional(httpUrl),
    headers: optional(headers, {}),
    compression: optional(
      text('gzip or none', parseCompression, ['zstd', 'zlib', 'snappy', 'deflate', 'lz4', 'x-snappy-framed']),
      'gzip',
    ),
    encoding: optional(oneOf(['proto', 'json']), 'proto'),
    timeout: optional(duration, 30_000),
    sending_queue: section(sendingQueue),
    retry_on_failure: section(retryOnFailure),
  },
  CLIENT_ELSEWHERE,
);

export const debugExporter = mapping(
  { verbosity: optional(oneOf(['basic', 'normal', 'detailed']), 'basic') },
  ['sampling_initial', 'sampling_thereafter', 'use_internal_logger', 'output_paths', 'sending_queue'],
);

export const nopExporter = mapping({});

export const healthCheck = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 13_133 }),
    path: optional(
      text('a path that begins with /', (path) => (path.startsWith('/') ? path : undefined)),
      '/',
    ),
  },
  [...SERVER_ELSEWHERE, 'check_collector_pipeline', 'response_body', 'component_health', 'use_v2'],
);

/** `localhost:4318`, `:4318`, `0.0.0.0:4318`, `[::1]:4318`. */
function parseListenAddress(value: string): ListenAddress | undefined {
  const [, bracketed, plain = '', digits] =
    /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/\s[\]]*)):(\d{1,5})$/.exec(value) ?? [];
  const port = Number(digits ?? Number.NaN);
  return port <= 65_535 ? { host: bracketed ?? plain, port } : undefined;
}

function parseHttpUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function parseCompression(value: string): 'gzip' | 'none' | undefined {
  if (value === 'gzip') return 'gzip';
  return value === 'none' || value === '' ? 'none' : undefined;
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
