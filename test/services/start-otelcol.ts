import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { serviceBinary } from './require-service.ts';
import { type Server, startServer } from './start-server.ts';

export interface OtelcolOptions {
  /** Configuration files, merged in order by the collector: maps are merged, lists replaced. */
  readonly configs?: readonly string[];
  /** YAML text, merged after the files. */
  readonly yaml?: string;
  /** Added to the variables that the collector is given, and stronger than them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs and, as OTEL_EVENTS_DIR, where its files go; made if missing. */
  readonly dir: string;
  /** The ports of an earlier one, to come back on them after a crash. Default: free ones. */
  readonly ports?: OtelcolPorts;
  /** What to put before the command, so that it runs in a network of its own; then `address` is where it is reached. */
  readonly within?: readonly string[];
  /** Default 127.0.0.1 */
  readonly address?: string;
  /** How it is asked whether it is up. Default `otlp`; `health` where OTLP wants TLS. */
  readonly readyBy?: 'otlp' | 'health';
}

/** Ports of 127.0.0.1, in the configuration as OTEL_EVENTS_PORT, _GRPC_PORT, _HEALTH_PORT, _METRICS_PORT, _APP_METRICS_PORT. */
export interface OtelcolPorts {
  readonly http: number;
  readonly grpc: number;
  readonly health: number;
  readonly metrics: number;
  readonly appMetrics: number;
}

export interface Otelcol extends Server {
  /** Base URL of the OTLP receiver; `/v1/logs` and `/v1/traces` go behind it. */
  readonly endpoint: string;
  readonly healthEndpoint: string;
  readonly ports: OtelcolPorts;
}

/**
 * Starts the real OpenTelemetry Collector. The configuration listens on `OTEL_EVENTS_HOST` and
 * `OTEL_EVENTS_PORT` with an `otlp` receiver over HTTP, as the files in `collector/` do.
 */
export async function startOtelcol(options: OtelcolOptions): Promise<Otelcol> {
  const command = serviceBinary('otelcol');
  const { dir, ports = await freePorts(), within = [], address = '127.0.0.1', readyBy } = options;
  await mkdir(dir, { recursive: true });
  const endpoint = `http://${address}:${ports.http}`;
  const healthEndpoint = `http://${address}:${ports.health}`;
  const [first = command, ...rest] = [...within, command];
  const server = await startServer({
    name: 'otelcol',
    command: first,
    args: [...rest, ...(await otelcolArgs(options))],
    cwd: dir,
    env: otelcolEnv(options, ports),
    isReady:
      readyBy === 'health'
        ? async () => (await fetch(healthEndpoint)).ok
        : // Receivers start last, so any answer, 401 included, means that the pipelines behind are up.
          async () => (await fetch(`${endpoint}/v1/logs`, { method: 'POST' })).status > 0,
  });
  return { ...server, endpoint, healthEndpoint, ports };
}

/**
 * Asks the real collector whether it could run a configuration.
 * @returns its complaint, or `undefined` when it has none
 */
export async function validateOtelcol(options: OtelcolOptions): Promise<string | undefined> {
  const command = serviceBinary('otelcol');
  await mkdir(options.dir, { recursive: true });
  const args = ['validate', ...(await otelcolArgs(options))];
  const env = otelcolEnv(options, await freePorts());
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  execFile(command, args, { cwd: options.dir, env }, (error, stdout, stderr) =>
    resolve(error === null ? undefined : `${stdout}${stderr}` || error.message),
  );
  return promise;
}

/** Free ones, for a collector that is to come back on them. */
export async function freePorts(): Promise<OtelcolPorts> {
  return {
    http: await freePort(),
    grpc: await freePort(),
    health: await freePort(),
    metrics: await freePort(),
    appMetrics: await freePort(),
  };
}

export async function otelcolArgs({ configs = [], yaml, dir }: OtelcolOptions): Promise<string[]> {
  const files = configs.map((file) => path.resolve(file));
  if (yaml !== undefined) {
    const file = path.join(dir, 'otelcol.yaml');
    await writeFile(file, yaml);
    files.push(file);
  }
  return files.map((file) => `--config=${file}`);
}

/** What the configurations in `collector/` read from the environment. */
export function otelcolEnv(
  { dir, env }: Pick<OtelcolOptions, 'dir' | 'env'>,
  ports: OtelcolPorts,
): Record<string, string> {
  return {
    OTEL_EVENTS_HOST: '127.0.0.1',
    OTEL_EVENTS_PORT: String(ports.http),
    OTEL_EVENTS_GRPC_PORT: String(ports.grpc),
    OTEL_EVENTS_HEALTH_PORT: String(ports.health),
    OTEL_EVENTS_METRICS_PORT: String(ports.metrics),
    OTEL_EVENTS_APP_METRICS_PORT: String(ports.appMetrics),
    OTEL_EVENTS_DIR: path.resolve(dir),
    ...env,
  };
}
