import { once } from 'node:events';
import net from 'node:net';

// Below the ports that systems hand out by themselves (32768 on Linux, 49152 elsewhere): one of those could go
// to somebody's outgoing connection between our look and the service's `listen`.
const FIRST_PORT = 20_000;
const PORTS = 12_000;

// Test files run at the same time, each in a process with a pid of its own: each gets its own stretch.
const PORTS_A_PROCESS = 64;

let asked = process.pid * PORTS_A_PROCESS;

/** A port of 127.0.0.1 that nobody listens on, a new one at every call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (asked++ % PORTS);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
