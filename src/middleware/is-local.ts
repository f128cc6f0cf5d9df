import type { ApiCall } from './api-call.ts';

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const LOOPBACK = /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/;

/**
 * Whether a client is on this machine, as far as can be told: a page whose name was made to lead here (DNS
 * rebinding) asks for another host, and a proxy on this machine asks for others.
 */
export function isLocal(call: ApiCall<unknown>): boolean {
  if (!LOOPBACK.test(call.remoteAddress ?? '')) return false;
  if (PROXY_HEADERS.some((name) => call.header(name) !== undefined)) return false;
  const host = URL.parse(`http://${call.header('host') ?? call.header(':authority') ?? ''}`)?.hostname ?? '';
  return host === 'localhost' || host.endsWith('.localhost') || LOOPBACK.test(host.replace(/^\[|\]$/g, ''));
}
