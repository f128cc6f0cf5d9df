import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { reachedAt } from '../../src/serve/reached-at.ts';

const info = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

const INTERFACES = {
  lo: [info('127.0.0.1', true), info('::1', true)],
  eth0: [info('192.168.1.5'), info('fe80::1'), info('2001:db8::5')],
  usb0: [info('169.254.3.4')],
};

test('a server on every address is reached by each of the machine, one on an address by that', () => {
  const at = (host: string) => reachedAt('https://127.0.0.1:4319', host, INTERFACES);
  const own = 'https://127.0.0.1:4319';
  assert.deepEqual(at('0.0.0.0'), [own, 'https://192.168.1.5:4319']);
  const both = [own, 'https://192.168.1.5:4319', 'https://[2001:db8::5]:4319'];
  for (const host of ['', '::', '[::]']) assert.deepEqual(at(host), both, host);
  for (const host of ['localhost', '192.168.1.5']) assert.deepEqual(at(host), [own], host);
});
