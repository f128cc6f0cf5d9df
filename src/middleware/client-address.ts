import { BlockList, isIP } from 'node:net';

/** Whose word about the client's address counts: nobody's, that of so many proxies, or of those at addresses. */
export type TrustProxy = false | number | readonly string[];

/** Finds the client's address of a request. */
export type ClientAddress = (
  /** Of whoever is at the other end of the connection. */
  remoteAddress: string | undefined,
  /** The header in which proxies say for whom they ask. */
  forwarded: string | undefined,
) => string | undefined;

/** Which header proxies write. Only one is read: the other one may come from the client. */
export type ProxyHeader = 'x-forwarded-for' | 'forwarded';

/** Proxies add to the end; what is before this may be anything, of any length. */
const MAX_HEADER = 1024;

/** Elements of `Forwarded`, which may hold commas in quotes. */
const ELEMENTS = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;
const FOR = /(?:^|;)\s*for=(?:"([^"]*)"|([^;\s]*))/i;

/**
 * Makes what finds the client's address.
 * @see RFC 7239, "Forwarded HTTP Extension"
 */
export function clientAddress(trust: TrustProxy, header: ProxyHeader): ClientAddress {
  if (trust === false || trust === 0) return (remoteAddress) => plainAddress(remoteAddress);
  const isTrusted = typeof trust === 'number' ? (_: string, hop: number) => hop < trust : inList(trust);
  const split = header === 'forwarded' ? splitForwarded : splitForwardedFor;
  return (remoteAddress, forwarded) => {
    let client = plainAddress(remoteAddress);
    if (forwarded === undefined) return client;
    const asked = split(forwarded.slice(-MAX_HEADER));
    for (let hop = 0; isTrusted(client ?? '', hop); hop++) {
      const next = plainAddress(asked.at(-1 - hop));
      // Nothing there, or a name, or garbage: the last proxy is all that is known.
      if (next === undefined) break;
      client = next;
    }
    return client;
  };
}

/** Whether a string is an address or a network, such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function inList(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => address !== '' && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function splitForwardedFor(header: string): string[] {
  return header.split(',');
}

function splitForwarded(header: string): string[] {
  return (header.match(ELEMENTS) ?? []).map((element) => {
    const [, quoted, plain] = FOR.exec(element.trim()) ?? [];
    return quoted ?? plain ?? '';
  });
}

/** An address without port, brackets and the IPv6 form of IPv4; undefined if it is none. */
function plainAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let address = text.trim();
  if (address.startsWith('[')) address = address.slice(1, address.lastIndexOf(']'));
  else if (address.includes('.') && address.includes(':')) address = address.replace(/^([\d.]+):\d+$/, '$1');
  if (address.startsWith('::ffff:') && address.includes('.')) address = address.slice(7);
  return isIP(address) === 0 ? undefined : address;
}
