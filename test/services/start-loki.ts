import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { lokiPlace } from './loki.ts';
import { type Server, startServer } from './start-server.ts';

export interface LokiOptions {
  /** Where its files are; made if missing. */
  readonly dir: string;
  /** The port of an earlier one, to come back on it after a crash. Default: a free one. */
  readonly port?: number;
}

export interface Loki extends Server {
  readonly port: number;
  /** Base URL of the HTTP API. */
  readonly url: string;
  /** Base URL for OTLP; `/v1/logs` goes behind it. */
  readonly otlpEndpoint: string;
}

const config = path.join(import.meta.dirname, '../../collector/loki/config.yaml');

/**
 * The real Loki: started on 127.0.0.1 with the configuration of docker-compose.yml, or the one that runs already.
 * @throws when `OTEL_EVENTS_LOKI` names none; ask `requireLoki` first
 */
export async function startLoki(options: LokiOptions): Promise<Loki> {
  const place = lokiPlace();
  if (place === undefined) throw new Error('OTEL_EVENTS_LOKI names no Loki');
  return 'url' in place ? running(place.url) : start(place.binary, options);
}

/** One that somebody else runs: it is neither stopped nor killed. */
function running(url: string): Loki {
  const leave = async (): Promise<void> => {};
  const { port } = new URL(url);
  return {
    pid: 0,
    port: Number(port),
    url,
    otlpEndpoint: `${url}/otlp`,
    log: () => '',
    stop: leave,
    kill: leave,
  };
}

async function start(binary: string, options: LokiOptions): Promise<Loki> {
  const { port = await freePort() } = options;
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'loki',
    command: binary,
    args: [`-config.file=${config}`, '-config.expand-env=true'],
    cwd: dir,
    env: { LOKI_PORT: String(port), LOKI_GRPC_PORT: String(await freePort()), LOKI_DIR: dir },
    isReady: async () => (await fetch(`${url}/ready`)).ok,
    stopTimeoutMs: 30_000,
  });
  return { ...server, port, url, otlpEndpoint: `${url}/otlp` };
}
