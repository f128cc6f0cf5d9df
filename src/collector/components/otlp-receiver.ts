import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import type { CorsOptions } from '../../serve/cors.ts';
import type { ListenAddress } from '../../serve/listen.ts';
import type { CheckContext, ReceiverComponent, RunningReceiver } from '../component.ts';
import { auth, checkAuth } from '../config/auth-shape.ts';
import { HTTP_SERVER_ELSEWHERE, HTTP_SERVER_KEYS, transport } from '../config/http-server-keys.ts';
import {
  boolean,
  integer,
  type Key,
  mapping,
  optional,
  type Read,
  required,
  type Shape,
  section,
  text,
} from '../config/shape.ts';
import { checkServerTls, serverTls } from '../config/tls-shapes.ts';
import { byTransport, duration, listenAddress, listenSocket } from '../config/value-shapes.ts';
import { ReceiverCounts } from '../counts/receiver-counts.ts';
import type { GrpcReceiver, GrpcReceiverOptions } from '../grpc/grpc-receiver.ts';
import { Intake } from '../intake.ts';
import { readServerTls } from '../read-tls.ts';
import { Receiver, type ReceiverOptions } from '../receiver.ts';
import { Refusals } from '../refusals.ts';

const MEBIBYTE = 1024 * 1024;

/** Before and after inflation, as in the OpenTelemetry Collector. */
const MAX_BODY_BYTES = 20 * MEBIBYTE;

/** In mebibytes, as in gRPC for Go. */
const MAX_MESSAGE_MIB = 4;

/** Bodies in memory at once, as a multiple of the largest one. */
const BODIES_AT_ONCE = 8;

/** Where a signal is taken; as in the OpenTelemetry Collector without its query, and from the root. */
const urlPath = text('the path of a URL, such as /v1/logs', parsePath);

const http = servers(4318, (endpoint) =>
  mapping(
    {
      ...HTTP_SERVER_KEYS,
      endpoint,
      logs_url_path: optional(urlPath),
      traces_url_path: optional(urlPath),
      metrics_url_path: optional(urlPath),
      max_request_body_size: optional(integer(Number.MIN_SAFE_INTEGER), MAX_BODY_BYTES),
    },
    HTTP_SERVER_ELSEWHERE,
  ),
);

const keepalive = mapping({
  server_parameters: section(
    mapping({
      max_connection_idle: optional(duration),
      max_connection_age: optional(duration),
      max_connection_age_grace: optional(duration),
      time: optional(duration),
      timeout: optional(duration),
    }),
  ),
  // HTTP/2 itself bounds how often a client may ask: an answer waits for the one before it.
  enforcement_policy: section(
    mapping({ min_time: optional(duration), permit_without_stream: optional(boolean, false) }),
  ),
});

const grpc = servers(4317, (endpoint) =>
  mapping(
    {
      endpoint,
      transport,
      max_recv_msg_size_mib: optional(integer(0, 2047), MAX_MESSAGE_MIB),
      max_concurrent_streams: optional(integer(0, 2 ** 31 - 1)),
      // Node.js reads and writes as much as there is: these two change nothing.
      read_buffer_size: optional(integer(0)),
      write_buffer_size: optional(integer(0)),
      keepalive: section(keepalive),
      tls: optional(serverTls),
      auth: optional(auth),
      // Receivers here keep no metadata of clients, so there is nothing that would see it.
      include_metadata: optional(boolean, false),
    },
    ['middlewares', 'dialer'],
  ),
);

const shape = mapping({ protocols: required(mapping({ grpc: optional(grpc), http: optional(http) })) });

/** The settings of a server that listens at a port of this machine unless told otherwise, or at a socket in the file system. */
function servers<T>(port: number, settings: (endpoint: Key<ListenAddress>) => Shape<T>): Shape<T> {
  const tcp = settings(optional(listenAddress, { host: 'localhost', port }));
  return byTransport(tcp, settings(required(listenSocket)));
}

type Settings = Read<typeof shape>;
type GrpcSettings = Read<typeof grpc>;
type HttpSettings = Read<typeof http>;

/** One of the servers of a receiver. */
type OtlpServer = Pick<RunningReceiver, 'stop'> & { readonly start: () => Promise<string> };

/** Takes OTLP over HTTP and over gRPC. */
export const otlpReceiver: ReceiverComponent<Settings> = {
  type: 'otlp',
  shape,
  check,
  create: async ({ protocols: { http, grpc } }, host) => {
    const { id, log, tally, consume, authenticator, emittedTakers } = host;
    const largestBytes = Math.max(
      http === undefined ? 0 : bodyBytesOf(http),
      grpc === undefined ? 0 : maxBytesOf(grpc),
    );
    const transports = [http && ('http' as const), grpc && ('grpc' as const)].filter(
      (one) => one !== undefined,
    );
    const refusals = new Refusals(log, id);
    const counts = new ReceiverCounts(
      tally,
      id,
      SIGNALS.filter((signal) => consume[signal] !== undefined),
      transports,
    );
    const intake = new Intake({ consume, maxHeldBytes: BODIES_AT_ONCE * largestBytes, counts, refusals });
    const onError = (error: unknown): void =>
      log('error', 'request failed', { receiver: id, error: String(error) });
    const servers = new Map<string, OtlpServer>();
    const common = (settings: { readonly auth: Read<typeof auth> | undefined }) => ({
      intake,
      onError,
      authenticator: settings.auth && authenticator(settings.auth.authenticator),
    });
    if (http !== undefined) servers.set('http', await httpServer(http, { ...common(http), emittedTakers }));
    if (grpc !== undefined) servers.set('grpc', await grpcServer(grpc, common(grpc)));
    return running(servers, intake, refusals);
  },
};

function check({ protocols }: Partial<Settings>, context: CheckContext): void {
  const { add } = context;
  // What is missing has been reported.
  if (protocols === undefined) return;
  const { http, grpc } = protocols;
  if (http === undefined && grpc === undefined) add('protocols', 'expected grpc, http or both');
  checkAuth(http?.auth, 'server', 'protocols.http.auth', context);
  checkAuth(grpc?.auth, 'server', 'protocols.grpc.auth', context);
  checkServerTls(http?.tls, 'protocols.http.tls', add);
  checkServerTls(grpc?.tls, 'protocols.grpc.tls', add);
  const paths = SIGNALS.map((signal) => pathOf(signal, http));
  if (new Set(paths).size < paths.length) add('protocols.http', 'expected another path for each signal');
}

function pathOf(signal: Signal, http: HttpSettings | undefined): string {
  return http?.[`${signal}_url_path`] ?? `/v1/${signal}`;
}

function parsePath(given: string): string | undefined {
  if (given === '' || !URL.canParse(given, 'http://collector')) return undefined;
  return new URL(given, 'http://collector').pathname;
}

/** As in the OpenTelemetry Collector 0 is the default, and what is below it. */
function bodyBytesOf({ max_request_body_size: bytes }: HttpSettings): number {
  return bytes > 0 ? bytes : MAX_BODY_BYTES;
}

async function httpServer(
  settings: HttpSettings,
  common: Pick<ReceiverOptions, 'intake' | 'onError' | 'authenticator' | 'emittedTakers'>,
): Promise<Receiver> {
  const { endpoint: address, tls, cors } = settings;
  return new Receiver({
    address,
    ...common,
    maxBodyBytes: bodyBytesOf(settings),
    paths: Object.fromEntries(SIGNALS.map((signal) => [signal, pathOf(signal, settings)])),
    tls: tls && (await readServerTls(tls)),
    cors: cors && corsOf(cors),
    contentEncodings: settings.compression_algorithms?.filter((name) => name !== ''),
    responseHeaders: settings.response_headers,
    keepsConnections: settings.keep_alives_enabled,
    headersTimeoutMs: settings.read_header_timeout || undefined,
    requestTimeoutMs: settings.read_timeout || undefined,
    keepAliveMs: settings.idle_timeout || undefined,
  });
}

/** Without origins there is nobody to be allowed anything. */
function corsOf(cors: NonNullable<HttpSettings['cors']>): CorsOptions | undefined {
  if (cors.allowed_origins.length === 0) return undefined;
  return {
    allowedOrigins: cors.allowed_origins,
    allowedHeaders: cors.allowed_headers,
    exposedHeaders: cors.exposed_headers,
    maxAgeSeconds: cors.max_age,
  };
}

async function grpcServer(
  settings: GrpcSettings,
  common: Pick<GrpcReceiverOptions, 'intake' | 'onError' | 'authenticator'>,
): Promise<GrpcReceiver> {
  const { max_concurrent_streams: maxStreams, keepalive, tls, endpoint: address } = settings;
  const { server_parameters: times } = keepalive;
  const { GrpcReceiver } = await import('../grpc/grpc-receiver.ts');
  return new GrpcReceiver({
    ...common,
    address,
    maxMessageBytes: maxBytesOf(settings),
    maxConcurrentStreams: maxStreams || undefined,
    maxIdleMs: times.max_connection_idle,
    maxAgeMs: times.max_connection_age,
    maxAgeGraceMs: times.max_connection_age_grace,
    pingEveryMs: times.time,
    pingTimeoutMs: times.timeout,
    tls: tls && (await readServerTls(tls)),
  });
}

function maxBytesOf({ max_recv_msg_size_mib: mebibytes }: GrpcSettings): number {
  return (mebibytes || MAX_MESSAGE_MIB) * MEBIBYTE;
}

function running(
  servers: ReadonlyMap<string, OtlpServer>,
  intake: Intake,
  refusals: Refusals,
): RunningReceiver {
  return {
    start: async () => {
      const urls: [string, string][] = [];
      for (const [protocol, server] of servers) urls.push([protocol, await server.start()]);
      return Object.fromEntries(urls);
    },
    stop: async (timeoutMs) => {
      await Promise.all([...servers.values()].map((server) => server.stop(timeoutMs)));
      refusals.end();
    },
    stats: () => intake.stats(),
  };
}
