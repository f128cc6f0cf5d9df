import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { serviceBinary } from './require-service.ts';
import { type Server, startServer } from './start-server.ts';

export interface VictorialogsOptions {
  /** Where its files are; made if missing. */
  readonly dir: string;
  /** The port of an earlier one, to come back on it after a crash. Default: a free one. */
  readonly port?: number;
  /** Flags beside those of the stack, and stronger than them. */
  readonly flags?: readonly string[];
}

export interface Victorialogs extends Server {
  readonly port: number;
  /** Base URL of its page and of all it can be asked. */
  readonly url: string;
}

/** How the stack starts it; the same stands in docker-compose.yml, where the comments are. */
export const VICTORIALOGS_FLAGS = [
  '-retentionPeriod=100y',
  '-futureRetention=100y',
  '-retention.maxDiskSpaceUsageBytes=10GiB',
  '-insert.maxFieldsPerLine=2000',
  '-inmemoryDataFlushInterval=1s',
  '-http.disableCORS',
  '-loggerLevel=WARN',
] as const;

/** Starts the real VictoriaLogs on 127.0.0.1, as docker-compose.yml does. */
export async function startVictorialogs(options: VictorialogsOptions): Promise<Victorialogs> {
  const { port = await freePort(), flags = [] } = options;
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'victoria-logs',
    command: serviceBinary('victorialogs'),
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${path.join(dir, 'data')}`,
      ...VICTORIALOGS_FLAGS,
      // It closes connections that a test's `fetch` is about to use again: after a minute without a request, and after two.
      '-http.connTimeout=0',
      '-http.idleConnTimeout=10m',
      ...flags,
    ],
    cwd: dir,
    env: {},
    isReady: async () => (await fetch(`${url}/health`)).ok,
  });
  return { ...server, port, url };
}
