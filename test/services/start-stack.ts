import path from 'node:path';
import { isBuilt } from './require-service.ts';
import { type Jaeger, startJaeger } from './start-jaeger.ts';
import { type Loki, startLoki } from './start-loki.ts';
import { type Otelcol, startOtelcol } from './start-otelcol.ts';
import { type Prometheus, startPrometheus } from './start-prometheus.ts';

export interface Stack extends AsyncDisposable {
  readonly otelcol: Otelcol;
  readonly jaeger: Jaeger;
  readonly loki: Loki;
  /** Undefined where it is not built. */
  readonly prometheus: Prometheus | undefined;
  /** Where the collector's files are. */
  readonly files: string;
}

const collectorDir = path.join(import.meta.dirname, '../../collector');

/** What docker-compose.yml starts, without containers: the same programs with the same files, below `dir`. */
export async function startStack(dir: string): Promise<Stack> {
  const running = new AsyncDisposableStack();
  const stopLater = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.defer(() => server.stop());
    return server;
  };
  try {
    const [jaeger, loki] = await Promise.all([
      startJaeger({
        dir: path.join(dir, 'jaeger'),
        config: path.join(collectorDir, 'jaeger/config.yaml'),
      }).then(stopLater),
      startLoki({ dir: path.join(dir, 'loki') }).then(stopLater),
    ]);
    const files = path.join(dir, 'collector');
    const otelcol = stopLater(
      await startOtelcol({
        configs: [path.join(collectorDir, 'collector.yaml')],
        env: { OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint, OTEL_EVENTS_LOKI_ENDPOINT: loki.otlpEndpoint },
        dir: files,
      }),
    );
    const { metrics, appMetrics } = otelcol.ports;
    const prometheus = isBuilt('prometheus')
      ? stopLater(
          await startPrometheus({
            dir: path.join(dir, 'prometheus'),
            targets: {
              'collector:8888': `127.0.0.1:${metrics}`,
              'collector:8889': `127.0.0.1:${appMetrics}`,
              'loki:3100': `127.0.0.1:${loki.port}`,
            },
            scrapeInterval: '1s',
          }),
        )
      : undefined;
    const stop = running.move();
    return { otelcol, jaeger, loki, prometheus, files, [Symbol.asyncDispose]: () => stop.disposeAsync() };
  } catch (error) {
    await running.disposeAsync();
    throw error;
  }
}
