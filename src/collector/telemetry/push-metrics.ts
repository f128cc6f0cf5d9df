import type { BatchExporter } from '../../exporters/batch-exporter.ts';
import { clearInterval, setInterval, within } from '../../time.ts';
import type { ExporterHost } from '../component.ts';
import { otlpGrpcExporter } from '../components/otlp-grpc-exporter.ts';
import { otlpHttpExporter } from '../components/otlp-http-exporter.ts';
import type { Read } from '../config/shape.ts';
import { ExporterCounts } from '../counts/exporter-counts.ts';
import { Tally } from '../counts/tally.ts';
import { Drops } from '../drops.ts';
import type { Log } from '../log.ts';
import { ownRequest } from './own-request.ts';
import type { MetricsPush } from './push-shape.ts';

/** In the log. */
const ID = 'service.telemetry.metrics';

export interface PushMetricsOptions {
  readonly push: MetricsPush;
  readonly tally: Tally;
  readonly resource: ReadonlyMap<string, string>;
  readonly log: Log;
}

/**
 * Sends the collector's own metrics somewhere, again and again. One that fails is not tried again: the next says the same, and more.
 * @returns what sends them once more, and ends it
 */
export async function pushMetrics({
  push,
  tally,
  resource,
  log,
}: PushMetricsOptions): Promise<() => Promise<void>> {
  const exporter = await openExporter(push, log);
  let underWay: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    try {
      await exporter.consume(ownRequest(tally, resource));
    } catch {
      // The exporter logs it, once an outage.
    }
    underWay = undefined;
  };
  const timer = setInterval(() => {
    underWay ??= send();
  }, push.intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    // What is under way does not know of the end yet.
    await within(push.timeoutMs, (underWay ?? Promise.resolve()).then(send));
    await exporter.close(0);
  };
}

async function openExporter(push: MetricsPush, log: Log): Promise<BatchExporter> {
  const elsewhere = (): never => {
    throw new Error('own metrics use no extension');
  };
  const host: ExporterHost = {
    id: ID,
    log,
    write: () => {},
    drops: new Drops(log, ID),
    // What is sent of the metrics is no part of them.
    counts: new ExporterCounts(new Tally(), ID),
    isFirst: () => true,
    signals: new Set(['metrics']),
    batching: () => undefined,
    storage: elsewhere,
    credentials: elsewhere,
    replay: elsewhere,
  };
  const { protocol, settings } = push;
  // The shape has read them as those of this exporter.
  return protocol === 'grpc'
    ? otlpGrpcExporter.create(settings as Read<typeof otlpGrpcExporter.shape>, host)
    : otlpHttpExporter.create(settings as Read<typeof otlpHttpExporter.shape>, host);
}
