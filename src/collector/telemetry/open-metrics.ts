import { OtelEventsError } from '../../errors.ts';
import type { Tally } from '../counts/tally.ts';
import type { Log } from '../log.ts';
import { ScrapeServer } from '../prometheus/scrape-server.ts';
import type { MetricsSettings } from './metrics-shape.ts';
import { ownFamilies, watchProcess } from './own-families.ts';
import { pushMetrics } from './push-metrics.ts';

const ID = 'service.telemetry.metrics';

/** The collector's own metrics, where they are shown and sent. */
export interface OpenMetrics {
  /** By id: `service.telemetry.metrics`. */
  readonly endpoints: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface OpenMetricsOptions {
  readonly settings: MetricsSettings;
  readonly tally: Tally;
  /** The attributes of the collector itself. */
  readonly resource: ReadonlyMap<string, string>;
  readonly log: Log;
}

/**
 * Starts to answer scrapes of the collector's own metrics.
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if it cannot listen where it was told to; where nobody told it, it
 *   logs that and does without
 */
export async function openMetrics({
  settings,
  tally,
  resource,
  log,
}: OpenMetricsOptions): Promise<OpenMetrics> {
  const servers: ScrapeServer[] = [];
  const endpoints: Record<string, string> = {};
  const ends: (() => Promise<void>)[] = [];
  const unwatch = watchProcess(tally);
  const close = async (): Promise<void> => {
    await Promise.all([...servers.map((server) => server.stop(0)), ...ends.map((end) => end())]);
    // What is pushed last has it all.
    unwatch();
  };
  const onError = (error: unknown): void =>
    log('warn', 'a scrape of own metrics failed', { error: (error as Error).message });
  for (const reader of settings.readers) {
    const gather = () => ownFamilies(tally, resource, reader);
    const server = new ScrapeServer({ address: reader.address, hasOpenMetrics: false, gather, onError });
    try {
      const at = servers.length;
      endpoints[`${ID}${at === 0 ? '' : `.readers[${at}]`}`] = await server.start();
      servers.push(server);
    } catch (error) {
      if (!settings.isByDefault) {
        await close();
        const message = `${ID}: ${(error as Error).message}`;
        throw new OtelEventsError('COLLECTOR_START_FAILED', message, { cause: error });
      }
      log('warn', 'own metrics are not shown', {
        error: (error as Error).message,
        fix: 'say where in service.telemetry.metrics.readers',
      });
    }
  }
  try {
    for (const push of settings.pushes) ends.push(await pushMetrics({ push, tally, resource, log }));
  } catch (error) {
    // What listens by now would have its port for as long as the process lives.
    await close();
    throw error;
  }
  return { endpoints, close };
}
