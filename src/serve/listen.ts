import { lstatSync, unlinkSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { OtelEventsError } from '../errors.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import { destroySockets } from './guarded-server.ts';

/** Where to listen. */
export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  readonly port: number;
  /** Of a socket in the file system, which is then what counts. */
  readonly socketPath?: string;
}

/**
 * Starts to listen. A socket in the file system that a dead process left is removed; its permissions follow the umask.
 * @returns the URL of the server, with the real port; a server on all addresses is reached by loopback; `unix:PATH` of a socket
 * @throws OtelEventsError `COLLECTOR_START_FAILED`
 */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  const { host, port, socketPath } = address;
  try {
    await (socketPath === undefined ? listenOnPort(server, address) : listenOnSocket(server, socketPath));
  } catch (cause) {
    const where = socketPath ?? `${host}:${port}`;
    throw new OtelEventsError('COLLECTOR_START_FAILED', whyNot(where, cause), { cause });
  }
  return socketPath === undefined ? urlOf(server.address() as AddressInfo) : `unix:${socketPath}`;
}

function listenOnPort(server: Server, { host, port }: ListenAddress): Promise<void> {
  // As in Go, `localhost` is the IPv4 loopback address: it must not depend on the machine's name resolution.
  const address = host === 'localhost' ? '127.0.0.1' : host;
  return listening(server, { port, ...(address === '' ? {} : { host: address }) });
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  try {
    await listening(server, { path });
  } catch (error) {
    if (!(await isLeftBehind(path))) throw error;
    unlinkSync(path);
    await listening(server, { path });
  }
}

function listening(server: Server, where: { path: string } | { port: number; host?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether it is a socket at which nobody listens. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false;
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(false));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
    socket.once('connect', () => socket.destroy());
  });
}

/** Takes no more connections and waits for the requests under way, for at most `timeoutMs`. */
export async function stopServer(server: HttpServer, timeoutMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    destroySockets(server);
  }, timeoutMs);
  await closed;
  clearTimeout(timer);
}

function whyNot(address: string, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    const isPort = /:\d+$/.test(address);
    return `cannot listen on ${address}: ${isPort ? 'the port' : 'it'} is in use`;
  }
  return `cannot listen on ${address}: ${code ?? message}`;
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
