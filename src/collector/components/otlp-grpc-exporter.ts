import type { ConnectionOptions } from 'node:tls';
import { type GrpcTarget, parseTarget } from '../../otlp/grpc/target.ts';
import type { Signal } from '../../otlp/wire/batch.ts';
import { MAX_TIMER_MS } from '../../time.ts';
import type { ExporterComponent } from '../component.ts';
import { auth, checkAuth } from '../config/auth-shape.ts';
import {
  boolean,
  integer,
  mapping,
  oneOf,
  optional,
  type Read,
  required,
  section,
  text,
} from '../config/shape.ts';
import { checkClientTls, clientTls } from '../config/tls-shapes.ts';
import { duration, headers } from '../config/value-shapes.ts';
import type { Destination } from '../counts/exporter-counts.ts';
import { checkQueue, checkRetry } from '../queue/check-queue.ts';
import { retryOnFailure, sendingQueue } from '../queue/queue-settings.ts';
import { readClientTls } from '../read-tls.ts';

const target = text(
  'HOST:PORT, http://HOST:PORT, https://HOST:PORT, dns:///HOST:PORT or unix:PATH',
  parseTarget,
);

const keepalive = mapping({
  time: optional(duration, 10_000),
  timeout: optional(duration, 10_000),
  permit_without_stream: optional(boolean, false),
});

const shape = mapping(
  {
    endpoint: required(target),
    tls: section(clientTls),
    auth: optional(auth),
    headers: optional(headers, {}),
    compression: optional(text('gzip or none', parseCompression, ['zstd', 'snappy']), 'gzip'),
    timeout: optional(duration, 5_000),
    keepalive: optional(keepalive),
    // A call waits for its connection anyway, up to the timeout; there is one address; Node.js reads what there is.
    wait_for_ready: optional(boolean, false),
    balancer_name: optional(oneOf(['round_robin', 'pick_first'])),
    read_buffer_size: optional(integer(0)),
    write_buffer_size: optional(integer(0)),
    sending_queue: section(sendingQueue),
    retry_on_failure: section(retryOnFailure),
  },
  ['authority', 'middlewares'],
);

type Settings = Read<typeof shape>;

/** Headers that belong to the connection or to gRPC itself; HTTP/2 forbids some of them. */
const RESERVED =
  /^(connection|host|http2-settings|keep-alive|proxy-connection|te|transfer-encoding|upgrade|content-type|grpc-.*)$/i;

/** Sends requests to an OTLP/gRPC server, from a queue. */
export const otlpGrpcExporter: ExporterComponent<Settings> = {
  type: 'otlp_grpc',
  shape,
  check: ({ sending_queue: queue, retry_on_failure: retry, headers, tls, auth, endpoint }, context) => {
    for (const name of Object.keys(headers ?? {}))
      if (RESERVED.test(name)) context.add(`headers.${name}`, 'gRPC sets this header itself');
    checkClientTls(tls, context.add);
    checkAuth(auth, 'client', 'auth', context);
    // gRPC for Go refuses that too.
    if (auth !== undefined && endpoint !== undefined && !isSecure(endpoint, tls?.insecure ?? false))
      context.add('auth', 'expected TLS: everybody on the way could read the secrets');
    if (queue !== undefined) checkQueue(queue, context);
    if (retry !== undefined) checkRetry(retry, context);
  },
  create: async (settings, host) => {
    // Not with the settings: own metrics that are pushed have these too.
    const { grpcTransport } = await import('../../spool/send/grpc-transport.ts');
    const { queueOf } = await import('../queue/queue-of.ts');
    const tls = await tlsFor(settings);
    const { keepalive } = settings;
    const credentials = settings.auth && host.credentials(settings.auth.authenticator);
    const wayFor = (signal: Signal) => {
      host.counts.sendsTo(signal, destinationOf(settings.endpoint));
      return grpcTransport({
        signal,
        target: settings.endpoint,
        tls,
        headers: lowerCased(settings.headers),
        credentials: credentials && (() => credentials.headers()),
        compression: settings.compression,
        timeoutMs: Math.min(settings.timeout || MAX_TIMER_MS, MAX_TIMER_MS),
        userAgent: 'otel-events-collector',
        keepalive: keepalive && {
          everyMs: keepalive.time,
          timeoutMs: keepalive.timeout,
          withoutCalls: keepalive.permit_without_stream,
        },
      });
    };
    return queueOf(settings, host, 'protobuf', wayFor);
  },
};

function destinationOf({ name, host, port, socketPath }: GrpcTarget): Destination {
  return socketPath === undefined ? { address: host, port: String(port) } : { address: name };
}

/** As in the OpenTelemetry Collector TLS is the rule; `http://`, a socket in the file system or `insecure` make the exception. */
async function tlsFor({ endpoint, tls }: Settings): Promise<ConnectionOptions | undefined> {
  if (!isSecure(endpoint, tls.insecure)) return undefined;
  return readClientTls(tls);
}

function isSecure({ secure, socketPath }: GrpcTarget, insecure: boolean): boolean {
  return secure ?? (socketPath === undefined && !insecure);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parseCompression(value: string): 'gzip' | 'none' | undefined {
  if (value === 'gzip') return 'gzip';
  return value === 'none' || value === '' ? 'none' : undefined;
}
