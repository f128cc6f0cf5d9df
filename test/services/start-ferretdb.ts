import { mkdir } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { serviceBinary } from './require-service.ts';
import { type Server, startServer } from './start-server.ts';

export interface FerretdbOptions {
  /** Where its files are; made if missing. */
  readonly dir: string;
  /** The port of an earlier one, to come back on it after a crash. Default: a free one. */
  readonly port?: number;
}

export interface Ferretdb extends Server {
  readonly url: string;
  readonly port: number;
}

/** Starts the real FerretDB on 127.0.0.1, on files of SQLite. */
export async function startFerretdb(options: FerretdbOptions): Promise<Ferretdb> {
  const command = serviceBinary('ferretdb');
  const { port = await freePort() } = options;
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const server = await startServer({
    name: 'ferretdb',
    command,
    args: [
      '--handler=sqlite',
      `--sqlite-url=file:${dir}/`,
      `--listen-addr=127.0.0.1:${port}`,
      '--debug-addr=-',
      '--telemetry=disable',
      `--state-dir=${dir}`,
    ],
    cwd: dir,
    env: {},
    isReady: () => accepts(port),
  });
  return { ...server, port, url: `mongodb://127.0.0.1:${port}` };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
