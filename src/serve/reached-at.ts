import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

const EVERY_IPV4 = ['0.0.0.0'];
/** IPv4 as well, as a rule. */
const EVERY_ADDRESS = ['', '::', '[::]'];

/** Whether a server with this host listens on all addresses of the machine. */
export function isEveryAddress(host: string): boolean {
  return EVERY_IPV4.includes(host) || EVERY_ADDRESS.includes(host);
}

/**
 * The URLs by which a server is reached: its own, by loopback if it listens on every address, and then one for each address
 * of the machine. Those of a link alone are left out: they need the name of an interface.
 */
export function reachedAt(
  url: string,
  host: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): readonly string[] {
  if (!isEveryAddress(host)) return [url];
  const addresses = Object.values(interfaces)
    .flatMap((infos = []) => infos)
    .filter(({ internal, address, family }) => {
      const isTaken = family === 'IPv4' || !EVERY_IPV4.includes(host);
      return !internal && isTaken && !/^(?:fe80:|169\.254\.)/i.test(address);
    });
  const others = addresses.map(({ address, family }) => {
    const one = new URL(url);
    one.hostname = family === 'IPv6' ? `[${address}]` : address;
    return one.origin;
  });
  return [...new Set([url, ...others])];
}
