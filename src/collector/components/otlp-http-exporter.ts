import { otlpExporter } from '../../exporters/otlp.ts';
import type { Signal } from '../../otlp/wire/batch.ts';
import { MAX_TIMER_MS } from '../../time.ts';
import type { CheckContext, ExporterComponent } from '../component.ts';
import { CLIENT_ELSEWHERE } from '../config/http-keys.ts';
import { boolean, integer, mapping, oneOf, optional, type Read, section, text } from '../config/shape.ts';
import { duration, headers, httpUrl } from '../config/value-shapes.ts';
import { Outage } from '../outage.ts';

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

const shape = mapping(
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

type Settings = Read<typeof shape>;

/** Posts requests to an OTLP/HTTP server, from a queue. */
export const otlpHttpExporter: ExporterComponent<Settings> = {
  type: 'otlp_http',
  // Before 0.150.
  oldNames: ['otlphttp'],
  shape,
  check: (_settings, context) => checkEndpoints(context),
  create: (settings, { id, log, drops }) => {
    const { sending_queue: queue, retry_on_failure: retry } = settings;
    const outage = new Outage(log, 'delivery', id);
    return otlpExporter({
      name: id,
      urls: { logs: urlFor('logs', settings), traces: urlFor('traces', settings) },
      headers: settings.headers,
      compression: settings.compression,
      encoding: settings.encoding === 'json' ? 'json' : 'protobuf',
      timeoutMs: Math.min(settings.timeout || MAX_TIMER_MS, MAX_TIMER_MS),
      queue: { enabled: queue.enabled, size: queue.queue_size, sizer: queue.sizer },
      retry: {
        enabled: retry.enabled,
        initialMs: retry.initial_interval,
        maxMs: retry.max_interval,
        maxElapsedMs: retry.max_elapsed_time || Number.POSITIVE_INFINITY,
      },
      onError: (error) => outage.failed(error),
      onDelivered: () => outage.worked(),
      onDropped: (count, reason) => drops.add(count, reason),
    });
  },
};

function checkEndpoints({ has, add, signals }: CheckContext): void {
  if (has('endpoint')) return;
  if (!has('logs_endpoint') && !has('traces_endpoint')) {
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
  const own = signal === 'logs' ? settings.logs_endpoint : settings.traces_endpoint;
  if (own !== undefined) return own;
  // The check of the configuration has made sure of one of them for each signal that comes here.
  const url = new URL(settings.endpoint ?? (settings.logs_endpoint as URL));
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url;
}

function parseCompression(value: string): 'gzip' | 'none' | undefined {
  if (value === 'gzip') return 'gzip';
  return value === 'none' || value === '' ? 'none' : undefined;
}
