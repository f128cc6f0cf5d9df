import type { BatchExporter } from '../exporters/batch-exporter.ts';
import { debugExporter, nopExporter } from '../exporters/debug.ts';
import { otlpExporter } from '../exporters/otlp.ts';
import { openOtlpFile } from '../exporters/otlp-file.ts';
import type { Signal } from '../otlp/batch.ts';
import type { ExporterConfig, FileConfig, OtlpHttpConfig } from './config/read-components.ts';
import type { Drops } from './drops.ts';
import type { Log } from './log.ts';
import { Outage } from './outage.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_MEGABYTES = 100;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Makes the exporter that a configuration describes; opens its file. */
export async function createExporter(
  id: string,
  { type, settings }: ExporterConfig,
  log: Log,
  write: (line: string) => void,
  drops: Drops,
): Promise<BatchExporter> {
  if (type === 'nop') return nopExporter();
  if (type === 'debug') return debugExporter(settings.verbosity, write);
  return type === 'file' ? openFile(id, settings, log) : createOtlp(id, settings, log, drops);
}

function openFile(id: string, settings: FileConfig, log: Log): Promise<BatchExporter> {
  const { rotation } = settings;
  return openOtlpFile({
    path: settings.path,
    append: settings.append,
    createDirectory: settings.create_directory,
    onError: ({ message }) => log('warn', message, { exporter: id }),
    ...(rotation !== undefined && {
      rotation: {
        maxBytes: (rotation.max_megabytes || DEFAULT_MEGABYTES) * MEBIBYTE,
        maxDays: rotation.max_days,
        maxBackups: rotation.max_backups,
        localTime: rotation.localtime,
      },
    }),
  });
}

function createOtlp(id: string, settings: OtlpHttpConfig, log: Log, drops: Drops): BatchExporter {
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
}

/** The endpoint of the signal as it is, or the common one with the signal's path appended. */
function urlFor(signal: Signal, settings: OtlpHttpConfig): URL {
  const own = signal === 'logs' ? settings.logs_endpoint : settings.traces_endpoint;
  if (own !== undefined) return own;
  // The check of the configuration has made sure of one of them for each signal that comes here.
  const url = new URL(settings.endpoint ?? (settings.logs_endpoint as URL));
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url;
}
