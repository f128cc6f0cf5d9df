import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress, type ProxyHeader, type TrustProxy } from '../../src/middleware/client-address.ts';

const NETWORKS = ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32'];

const CASES: [
  what: string,
  TrustProxy,
  peer: string | undefined,
  header: string | undefined,
  client: string | undefined,
][] = [
  ['nobody is trusted', false, '10.0.0.1', '1.1.1.1', '10.0.0.1'],
  ['no proxy in front is nobody', 0, '10.0.0.1', '1.1.1.1', '10.0.0.1'],
  ['one proxy: what it added, not what the client claims', 1, '10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
  ['two proxies', 2, '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
  ['fewer entries than proxies', 3, '10.0.0.1', '1.1.1.1', '1.1.1.1'],
  ['no header', 1, '10.0.0.1', undefined, '10.0.0.1'],
  ['a trusted peer', NETWORKS, '127.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
  ['a peer that is not trusted', NETWORKS, '9.9.9.9', '1.1.1.1', '9.9.9.9'],
  ['as far as they are trusted', NETWORKS, '127.0.0.1', '6.6.6.6, 1.1.1.1, 10.9.9.9', '1.1.1.1'],
  ['all are trusted', NETWORKS, '127.0.0.1', '10.0.0.7, 10.9.9.9', '10.0.0.7'],
  ['IPv6 peers and IPv4 in IPv6', NETWORKS, '::ffff:10.0.0.1', '2001:dead::1, 2001:db8::5', '2001:dead::1'],
  ['with ports and brackets', 2, '10.0.0.1', '[2001:dead::1]:443, 1.1.1.1:8080', '2001:dead::1'],
  ['garbage: the last proxy that is known', 1, '10.0.0.1', '1.1.1.1, <script>', '10.0.0.1'],
  ['nothing', 1, '10.0.0.1', '', '10.0.0.1'],
  ['a very long claim', 1, '10.0.0.1', `${'6.6.6.6,'.repeat(100_000)} 1.1.1.1`, '1.1.1.1'],
  ['a socket without an address', 1, undefined, '1.1.1.1', '1.1.1.1'],
  ['a socket without an address is on no list', NETWORKS, undefined, '1.1.1.1', undefined],
];

test('the address of the client is what trusted proxies say, and no more', () => {
  for (const [what, trust, peer, header, client] of CASES) {
    assert.equal(clientAddress(trust, 'x-forwarded-for')(peer, header), client, what);
  }
});

test('the header Forwarded is read by its clauses', () => {
  const cases: [what: string, header: string, client: string][] = [
    ['plain', 'for=6.6.6.6, for=1.1.1.1;proto=https;by=10.0.0.1', '1.1.1.1'],
    ['IPv6 with a port', 'for="[2001:dead::1]:4711"', '2001:dead::1'],
    ['any case, any place', 'proto=http; For=1.1.1.1', '1.1.1.1'],
    ['a comma in quotes', 'for=6.6.6.6, for=1.1.1.1;ext="a,for=7.7.7.7"', '1.1.1.1'],
    ['hidden', 'for=6.6.6.6, for=_hidden', '10.0.0.1'],
    ['no address', 'for=6.6.6.6, proto=https', '10.0.0.1'],
    ['a quote that the client left open', 'for=", for=1.1.1.1;by="10.0.0.1"', '10.0.0.1'],
  ];
  const header: ProxyHeader = 'forwarded';
  for (const [what, value, client] of cases) {
    assert.equal(clientAddress(1, header)('10.0.0.1', value), client, what);
  }
});
