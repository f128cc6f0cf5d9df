import { once } from 'node:events';
import { createServer } from 'node:net';
import { OtelEventsError } from '../../errors.ts';

const MAX_TRIES = 20;
const LAST_PORT = 65_535;

/**
 * The first port on which nobody listens, of those from `port` on; 0 is any.
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if none of them is free
 */
export async function freePort(port: number): Promise<number> {
  const last = Math.min(port + MAX_TRIES - 1, LAST_PORT);
  for (let next = port; next <= last; next++) {
    const found = await tryPort(next);
    if (found !== undefined) return found;
  }
  const message = `ports ${port} to ${last} of this machine are in use`;
  throw new OtelEventsError('COLLECTOR_START_FAILED', message, { fix: 'choose another one with --port' });
}

/** Undefined: somebody listens there, or nobody may. */
async function tryPort(port: number): Promise<number | undefined> {
  // By its name, as the viewer does: that may be an address of either family.
  const server = createServer().listen(port, 'localhost');
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? address?.port : undefined;
}
