import type { BatchExporter } from '../../exporters/batch-exporter.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { ListenAddress } from '../../serve/listen.ts';
import { clearInterval, setInterval } from '../../time.ts';
import type { ExporterCounts } from '../counts/exporter-counts.ts';
import type { Drops } from '../drops.ts';
import type { Log } from '../log.ts';
import { Families } from './families.ts';
import { ScrapeServer } from './scrape-server.ts';
import { SeriesStore, type SeriesStoreOptions } from './series-store.ts';

export interface PrometheusOptions extends SeriesStoreOptions {
  readonly address: ListenAddress;
  readonly namespace: string;
  readonly sendTimestamps: boolean;
  readonly hasOpenMetrics: boolean;
  readonly hasSuffixes: boolean;
  /** Its id, for what is logged. */
  readonly exporter: string;
  readonly log: Log;
  readonly drops: Drops;
  readonly counts: ExporterCounts;
}

/** So many metrics that cannot be shown are told of; each once. */
const MAX_TOLD = 1_000;

/** The longest that a timer waits. */
const MAX_TIMER_MS = 60_000;

/**
 * Starts to answer scrapes. It only shows the last points, so nobody may let go of one because it took it.
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if it cannot listen
 */
export async function openPrometheus(options: PrometheusOptions): Promise<BatchExporter> {
  const { exporter, log, drops, counts, expirationMs } = options;
  const told = new Set<string>();
  const onProblem = (metric: string, problem: string): void => {
    const key = JSON.stringify([metric, problem]);
    if (told.has(key) || told.size >= MAX_TOLD) return;
    told.add(key);
    log('warn', 'a metric is not shown', { exporter, metric, reason: problem });
  };
  const store = new SeriesStore(options);
  const families = new Families({ ...options, onProblem });
  const gather = () => families.gather(store);
  const onError = (error: unknown): void =>
    log('warn', 'a scrape failed', { exporter, error: (error as Error).message });
  const server = new ScrapeServer({ ...options, gather, onError });
  const url = await server.start();
  // Where nobody scrapes, what has expired goes as well.
  const timer = setInterval(
    () => store.forgetExpired(),
    Math.min(MAX_TIMER_MS, Math.max(1_000, expirationMs)),
  );
  timer.unref();
  let sent = 0;
  let dropped = 0;
  return {
    keeps: false,
    endpoint: url,
    consume: async (batch) => {
      let refused = 0;
      for (const [reason, count] of store.add(OtlpRequest.of(batch).decoded())) {
        drops.add(count, reason);
        counts.dropped('metrics', count, reason);
        refused += count;
      }
      dropped += refused;
      sent += batch.count - refused;
      counts.sent('metrics', batch.count - refused);
    },
    taken: () => ({ sent, queued: 0, dropped }),
    close: async (timeoutMs) => {
      clearInterval(timer);
      await server.stop(timeoutMs);
    },
  };
}
