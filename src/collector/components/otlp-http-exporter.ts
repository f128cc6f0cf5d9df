import type { Compression } from '../../otlp/http/pack.ts';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { MAX_TIMER_MS } from '../../time.ts';
import type { CheckContext, ExporterComponent } from '../component.ts';
import { checkAuth } from '../config/auth-shape.ts';
import { HTTP_CLIENT_ELSEWHERE, HTTP_CLIENT_KEYS } from '../config/http-client-keys.ts';
import { mapping, oneOf, optional, type Read, section, text } from '../config/shape.ts';
import { checkClientTls } from '../config/tls-shapes.ts';
import { duration, headers, httpUrl } from '../config/value-shapes.ts';
import { checkQueue, checkRetry } from '../queue/check-queue.ts';
import { retryOnFailure, sendingQueue } from '../queue/queue-settings.ts';
import { readClientTls } from '../read-tls.ts';

const shape = mapping(
  {
    ...HTTP_CLIENT_KEYS,
    endpoint: optional(httpUrl),
    logs_endpoint: optional(httpUrl),
    traces_endpoint: optional(httpUrl),
    metrics_endpoint: optional(httpUrl),
    headers: optional(headers, {}),
    compression: optional(
      text('gzip, zstd, zlib, deflate or none', parseCompression, ['snappy', 'lz4', 'x-snappy-framed']),
      'gzip',
    ),
    encoding: optional(oneOf(['proto', 'json']), 'proto'),
    timeout: optional(duration, 30_000),
    sending_queue: section(sendingQueue),
    retry_on_failure: section(retryOnFailure),
  },
  [...HTTP_CLIENT_ELSEWHERE, 'profiles_endpoint'],
);

const COMPRESSIONS = ['gzip', 'zstd', 'zlib', 'deflate', 'none'] as const;

type Settings = Read<typeof shape>;

/** Posts requests to an OTLP/HTTP server, from a queue. */
export const otlpHttpExporter: ExporterComponent<Settings> = {
  type: 'otlp_http',
  shape,
  check: ({ sending_queue: queue, retry_on_failure: retry, tls, auth }, context) => {
    checkEndpoints(context);
    checkClientTls(tls, context.add);
    checkAuth(auth, 'client', 'auth', context);
    checkQueue(queue, context);
    if (retry !== undefined) checkRetry(retry, context);
  },
  create: async (settings, host) => {
    // Not with the settings: own metrics that are pushed have these too.
    const { otlpTransport } = await import('../../spool/send/otlp-transport.ts');
    const { queueOf } = await import('../queue/queue-of.ts');
    const tls = await readClientTls(settings.tls);
    const credentials = settings.auth && host.credentials(settings.auth.authenticator);
    const encoding = settings.encoding === 'json' ? 'json' : 'protobuf';
    const transportFor = (signal: Signal) => {
      const url = urlFor(signal, settings);
      // A URL without a path has none there.
      const path = url.pathname === '/' ? undefined : url.pathname;
      host.counts.sendsTo(signal, { address: url.hostname, port: url.port, path });
      return otlpTransport({
        url,
        headers: settings.headers,
        credentials: credentials && (() => credentials.headers()),
        tls,
        compression: settings.compression,
        encoding,
        timeoutMs: Math.min(settings.timeout || MAX_TIMER_MS, MAX_TIMER_MS),
        userAgent: 'otel-events-collector',
      });
    };
    return queueOf(settings, host, encoding, transportFor);
  },
};

function checkEndpoints({ has, add, signals }: CheckContext): void {
  if (has('endpoint')) return;
  if (!SIGNALS.some((signal) => has(`${signal}_endpoint`))) {
    add('endpoint', 'is missing');
    return;
  }
  for (const signal of signals) {
    const key = `${signal}_endpoint`;
    if (!has(key)) add(key, 'is missing, and so is endpoint');
  }
}

/** The endpoint of the signal as it is, or the common one with the signal's path appended. */
function urlFor(signal: Signal, settings: Settings): URL {
  const { endpoint, logs_endpoint: logs, traces_endpoint: traces, metrics_endpoint: metrics } = settings;
  const own = { logs, traces, metrics }[signal];
  if (own !== undefined) return own;
  // The check of the configuration has made sure of one of them for each signal that comes here.
  const url = new URL((endpoint ?? logs ?? traces ?? metrics) as URL);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url;
}

function parseCompression(value: string): Compression | 'none' | undefined {
  if (value === '') return 'none';
  return COMPRESSIONS.find((name) => name === value);
}
