import path from 'node:path';
import type { ServiceName } from './services.ts';
import { freePorts, type Otelcol, type OtelcolPorts, otelcolEnv, startOtelcol } from './start-otelcol.ts';
import { startServer } from './start-server.ts';

export interface EngineOptions {
  /** The one configuration file, for either engine. */
  readonly config: string;
  /** Where its files go. */
  readonly dir: string;
  /** The ports of an earlier one, to come back on them after a crash. Default: free ones. */
  readonly ports?: OtelcolPorts;
}

/** A collector that runs `collector/embedded.yaml`, in a process of its own. */
export interface Engine {
  readonly name: string;
  readonly needs: readonly ServiceName[];
  /** Whether a restart removes the half line that a crash left. */
  readonly repairs: boolean;
  start(options: EngineOptions): Promise<Otelcol>;
}

const cli = path.join(import.meta.dirname, '../../src/cli/main.ts');

/** The real collector, and `otel-events collect`. */
export const engines: readonly Engine[] = [
  {
    name: 'the OpenTelemetry Collector',
    needs: ['otelcol'],
    repairs: false,
    start: ({ config, ...options }) => startOtelcol({ ...options, configs: [config] }),
  },
  { name: 'otel-events collect', needs: [], repairs: true, start: startCollect },
];

async function startCollect({ config, dir, ports }: EngineOptions): Promise<Otelcol> {
  const { http, health, ...others } = ports ?? (await freePorts());
  const endpoint = `http://127.0.0.1:${http}`;
  const server = await startServer({
    name: 'otel-events collect',
    command: process.execPath,
    args: ['--no-warnings', cli, 'collect', '--config', config],
    cwd: dir,
    env: otelcolEnv({ dir }, { http, health, ...others }),
    isReady: async () => (await fetch(`${endpoint}/v1/logs`, { method: 'POST' })).status > 0,
  });
  return {
    ...server,
    endpoint,
    healthEndpoint: `http://127.0.0.1:${health}`,
    ports: { http, health, ...others },
  };
}
