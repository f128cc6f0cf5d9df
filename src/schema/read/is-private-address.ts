import { BlockList, isIPv6 } from 'node:net';

/** What is not the public network: this machine, its networks, and what is set aside. @see RFC 6890 */
const NETWORKS_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Those at the end may hold a private IPv4 address within. */
const NETWORKS_6 = [
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '::ffff:0:0/96',
  '64:ff9b::/32',
  '2001::/32',
  '2002::/16',
];

// One list each: in a list of both, an IPv4 address is found by the IPv6 network that holds all of them.
const blocked4 = listOf(NETWORKS_4, 'ipv4');
const blocked6 = listOf(NETWORKS_6, 'ipv6');

/** Whether an IP address is one that a public server does not have. */
export function isPrivateAddress(address: string): boolean {
  // Without the zone of a link: fe80::1%eth0.
  const [bare = ''] = address.split('%');
  return isIPv6(bare) ? blocked6.check(bare, 'ipv6') : blocked4.check(bare, 'ipv4');
}

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
