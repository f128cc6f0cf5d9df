import path from 'node:path';
import { isBuilt } from './require-service.ts';
import { type Jaeger, startJaeger } from './start-jaeger.ts';
import { startLoki } from './start-loki.ts';
import { type Otelcol, startOtelcol } from './start-otelcol.ts';
import { type Prometheus, startPrometheus } from './start-prometheus.ts';
import type { Server } from './start-server.ts';
import { startVictorialogs } from './start-victorialogs.ts';

/** The store of the events: that of docker-compose.yml, or the other one there is a configuration for. */
export type StoreName = 'victorialogs' | 'loki';

/** A running store of events. */
export interface Store extends Server {
  readonly name: StoreName;
  readonly port: number;
  /** Base URL of its API. */
  readonly url: string;
}

export interface Stack extends AsyncDisposable {
  readonly otelcol: Otelcol;
  readonly jaeger: Jaeger;
  readonly store: Store;
  /** Undefined where it is not built. */
  readonly prometheus: Prometheus | undefined;
  /** Where the collector's files are. */
  readonly files: string;
}

const collectorDir = path.join(import.meta.dirname, '../../collector');
const COLLECTOR = path.join(collectorDir, 'collector.yaml');

/** What each store needs of a collector in front of it. */
export const COLLECTOR_FOR = {
  victorialogs: {
    configs: [COLLECTOR],
    env: ({ url }: Pick<Store, 'url'>) => ({ OTEL_EVENTS_VICTORIALOGS: url }),
  },
  loki: {
    configs: [COLLECTOR, path.join(collectorDir, 'loki/collector.yaml')],
    env: ({ url }: Pick<Store, 'url'>) => ({ OTEL_EVENTS_LOKI_ENDPOINT: `${url}/otlp` }),
  },
} as const;

/** @param port - of an earlier one, to come back on it after a crash */
export async function startStore(name: StoreName, dir: string, port?: number): Promise<Store> {
  const options = { dir, ...(port === undefined ? {} : { port }) };
  const server = name === 'loki' ? await startLoki(options) : await startVictorialogs(options);
  return { ...server, name };
}

/** What docker-compose.yml starts, without containers: the same programs with the same files, below `dir`. */
export async function startStack(dir: string, storeName: StoreName = 'victorialogs'): Promise<Stack> {
  const running = new AsyncDisposableStack();
  const stopLater = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.defer(() => server.stop());
    return server;
  };
  try {
    const config = path.join(collectorDir, 'jaeger/config.yaml');
    const [jaeger, store] = await Promise.all([
      startJaeger({ dir: path.join(dir, 'jaeger'), config }).then(stopLater),
      startStore(storeName, path.join(dir, storeName)).then(stopLater),
    ]);
    const files = path.join(dir, 'collector');
    const { configs, env } = COLLECTOR_FOR[storeName];
    const otelcol = stopLater(
      await startOtelcol({
        configs,
        env: { OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint, ...env(store) },
        dir: files,
      }),
    );
    const prometheus = isBuilt('prometheus') ? stopLater(await scrape(dir, otelcol, store)) : undefined;
    const stop = running.move();
    return { otelcol, jaeger, store, prometheus, files, [Symbol.asyncDispose]: () => stop.disposeAsync() };
  } catch (error) {
    await running.disposeAsync();
    throw error;
  }
}

function scrape(dir: string, { ports }: Otelcol, { name, port }: Store): Promise<Prometheus> {
  const local = `127.0.0.1:${port}`;
  return startPrometheus({
    dir: path.join(dir, 'prometheus'),
    targets: {
      'collector:8888': `127.0.0.1:${ports.metrics}`,
      'collector:8889': `127.0.0.1:${ports.appMetrics}`,
      ...(name === 'victorialogs' ? { 'victorialogs:9428': local } : {}),
    },
    ...(name === 'loki' ? { jobs: { loki: local } } : {}),
    scrapeInterval: '1s',
  });
}
