import { readFile } from 'node:fs/promises';
import type { CheckContext, ReceiverComponent, RunningReceiver } from '../component.ts';
import { SERVER_ELSEWHERE } from '../config/http-keys.ts';
import { boolean, integer, mapping, optional, type Read, required, section } from '../config/shape.ts';
import { serverTls } from '../config/tls-shapes.ts';
import { duration, listenAddress } from '../config/value-shapes.ts';
import { GrpcReceiver } from '../grpc/grpc-receiver.ts';
import type { ServerTls } from '../grpc/grpc-server.ts';
import { Intake } from '../intake.ts';
import { Receiver } from '../receiver.ts';

const MEBIBYTE = 1024 * 1024;

/** Before and after inflation, as in the OpenTelemetry Collector. */
const MAX_BODY_BYTES = 20 * MEBIBYTE;

/** In mebibytes, as in gRPC for Go. */
const MAX_MESSAGE_MIB = 4;

/** Bodies in memory at once, as a multiple of the largest one. */
const BODIES_AT_ONCE = 8;

const http = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 4318 }),
    max_request_body_size: optional(integer(0), MAX_BODY_BYTES),
  },
  [...SERVER_ELSEWHERE, 'logs_url_path', 'traces_url_path', 'metrics_url_path', 'profiles_url_path'],
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

const grpc = mapping(
  {
    endpoint: optional(listenAddress, { host: 'localhost', port: 4317 }),
    max_recv_msg_size_mib: optional(integer(0, 2047), MAX_MESSAGE_MIB),
    max_concurrent_streams: optional(integer(0, 2 ** 31 - 1)),
    // Node.js reads and writes as much as there is: these two change nothing.
    read_buffer_size: optional(integer(0)),
    write_buffer_size: optional(integer(0)),
    keepalive: section(keepalive),
    tls: optional(serverTls),
  },
  ['auth', 'include_metadata', 'middlewares', 'transport', 'dialer'],
);

const shape = mapping({ protocols: required(mapping({ grpc: optional(grpc), http: optional(http) })) });

type Settings = Read<typeof shape>;
type GrpcSettings = Read<typeof grpc>;

/** One of the servers of a receiver. */
type OtlpServer = Pick<RunningReceiver, 'stop'> & { readonly start: () => Promise<string> };

/** Takes OTLP over HTTP and over gRPC. */
export const otlpReceiver: ReceiverComponent<Settings> = {
  type: 'otlp',
  shape,
  check,
  create: async ({ protocols: { http, grpc } }, { id, log, consume }) => {
    const largestBytes = Math.max(
      http?.max_request_body_size ?? 0,
      grpc === undefined ? 0 : maxBytesOf(grpc),
    );
    const intake = new Intake({ consume, maxHeldBytes: BODIES_AT_ONCE * largestBytes });
    const onError = (error: unknown): void =>
      log('error', 'request failed', { receiver: id, error: String(error) });
    const servers = new Map<string, OtlpServer>();
    if (http !== undefined) {
      const { endpoint: address, max_request_body_size: maxBodyBytes } = http;
      servers.set('http', new Receiver({ address, maxBodyBytes, intake, onError }));
    }
    if (grpc !== undefined) servers.set('grpc', await grpcServer(grpc, intake, onError));
    return running(servers, intake);
  },
};

function check({ protocols }: Partial<Settings>, { add }: CheckContext): void {
  // What is missing has been reported.
  if (protocols === undefined) return;
  const { http, grpc } = protocols;
  if (http === undefined && grpc === undefined) add('protocols', 'expected grpc, http or both');
  const { cert_file: cert, key_file: key, client_ca_file: clientCa } = grpc?.tls ?? {};
  const path = 'protocols.grpc.tls';
  if (cert === undefined && key !== undefined) add(`${path}.cert_file`, 'is missing, and key_file is there');
  if (key === undefined && cert !== undefined) add(`${path}.key_file`, 'is missing, and cert_file is there');
  if (grpc?.tls !== undefined && cert === undefined && key === undefined) {
    const why = clientCa === undefined ? '' : ', and client_ca_file is there';
    add(`${path}.cert_file`, `is missing${why}`);
  }
}

async function grpcServer(
  settings: GrpcSettings,
  intake: Intake,
  onError: (error: unknown) => void,
): Promise<GrpcReceiver> {
  const { max_concurrent_streams: maxStreams, keepalive, tls, endpoint: address } = settings;
  const { server_parameters: times } = keepalive;
  return new GrpcReceiver({
    address,
    intake,
    onError,
    maxMessageBytes: maxBytesOf(settings),
    maxConcurrentStreams: maxStreams || undefined,
    maxIdleMs: times.max_connection_idle,
    maxAgeMs: times.max_connection_age,
    maxAgeGraceMs: times.max_connection_age_grace,
    pingEveryMs: times.time,
    pingTimeoutMs: times.timeout,
    tls: tls && (await readTls(tls)),
  });
}

function maxBytesOf({ max_recv_msg_size_mib: mebibytes }: GrpcSettings): number {
  return (mebibytes || MAX_MESSAGE_MIB) * MEBIBYTE;
}

async function readTls({
  cert_file: cert,
  key_file: key,
  client_ca_file: clientCa,
}: Read<typeof serverTls>): Promise<ServerTls> {
  return {
    // The check of the configuration has made sure of both.
    cert: await readFile(cert as string),
    key: await readFile(key as string),
    clientCa: clientCa === undefined ? undefined : await readFile(clientCa),
  };
}

function running(servers: ReadonlyMap<string, OtlpServer>, intake: Intake): RunningReceiver {
  return {
    start: async () => {
      const urls: [string, string][] = [];
      for (const [protocol, server] of servers) urls.push([protocol, await server.start()]);
      return Object.fromEntries(urls);
    },
    stop: async (timeoutMs) => {
      await Promise.all([...servers.values()].map((server) => server.stop(timeoutMs)));
    },
    stats: () => intake.stats(),
  };
}
