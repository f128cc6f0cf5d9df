import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { OtelEventsError } from '../errors.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import { destroySockets } from './guarded-server.ts';

/** A host and a port to listen on. */
export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  readonly port: number;
}

/**
 * Starts to listen.
 * @returns the URL of the server, with the real port; a server on all addresses is reached by loopback
 * @throws OtelEventsError `COLLECTOR_START_FAILED`
 */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  // As in Go, `localhost` is the IPv4 loopback address: it must not depend on the machine's name resolution.
  const address = host === 'localhost' ? '127.0.0.1' : host;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, ...(address === '' ? {} : { host: address }) }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw new OtelEventsError('COLLECTOR_START_FAILED', whyNot(`${host}:${port}`, cause), { cause });
  }
  return urlOf(server.address() as AddressInfo);
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
  if (code === 'EADDRINUSE') return `cannot listen on ${address}: the port is in use`;
  return `cannot listen on ${address}: ${code ?? message}`;
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
