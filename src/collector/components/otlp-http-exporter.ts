import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { otlpTransport } from '../../spool/send/otlp-transport.ts';
import { MAX_TIMER_MS } from '../../time.ts';
import type { CheckContext, ExporterComponent } from '../component.ts';
import { CLIENT_ELSEWHERE } from '../config/http-keys.ts';
import { mapping, oneOf, optional, type Read, section, text } from '../config/shape.ts';
import { duration, headers, httpUrl } from '../config/value-shapes.ts';
import { checkStorage, queueOf } from '../queue/queue-of.ts';
import { retryOnFailure, sendingQueue } from '../queue/queue-settings.ts';

const shape = mapping(
  {
    endpoint: optional(httpUrl),
    logs_endpoint: optional(httpUrl),
    traces_endpoint: optional(httpUrl),
    metrics_endpoint: optional(httpUrl),
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

type Settings = Read<typeof shape>;

/** Posts requests to an OTLP/HTTP server, from a queue. */
export const otlpHttpExporter: ExporterComponent<Settings> = {
  type: 'otlp_http',
  // Before 0.150.
  oldNames: ['otlphttp'],
  shape,
  check: ({ sending_queue: queue }, context) => {
    checkEndpoints(context);
    checkStorage(queue, context);
  },
  create: (settings, host) => {
    const encoding = settings.encoding === 'json' ? 'json' : 'protobuf';
    const transportFor = (signal: Signal) =>
      otlpTransport({
        url: urlFor(signal, settings),
        headers: settings.headers,
        compression: settings.compression,
        encoding,
        timeoutMs: Math.min(settings.timeout || MAX_TIMER_MS, MAX_TIMER_MS),
        userAgent: 'otel-events-collector',
      });
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

function parseCompression(value: string): 'gzip' | 'none' | undefined {
  if (value === 'gzip') return 'gzip';
  return value === 'none' || value === '' ? 'none' : undefined;
}
