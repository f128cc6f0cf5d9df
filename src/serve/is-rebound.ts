import type { IncomingMessage } from 'node:http';
import { isLoopback } from './is-loopback.ts';

/**
 * Whether a page sends this that has reached this machine by a name of its own, which was made to lead here for a moment (DNS
 * rebinding): to its browser that is the page's own server, which needs no leave to be sent to. Browsers say where a page is from
 * with all that it sends, and name the port of this very server behind that name; a proxy in front of it is asked at a port of
 * its own, and programs that are no browsers do not say where a page is from.
 */
export function isRebound({ headers, socket }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  const { localAddress = '', localPort } = socket;
  if (origin === undefined || !isLoopback(localAddress.replace(/^::ffff:/, ''))) return false;
  const asked = URL.parse(`http://${host}`);
  if (asked === null) return true;
  const { hostname, port } = asked;
  const isOfThisMachine = isLoopback(hostname) || hostname.endsWith('.localhost');
  return !isOfThisMachine && Number(port || 80) === localPort;
}
