import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientRate } from '../../src/middleware/client-rate.ts';

test('so much a minute, in one go or spread, for each client', () => {
  let now = 0;
  const rate = new ClientRate(3, () => now);
  const take = (address: string | undefined): number => rate.take(address);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => take('192.0.2.1')),
    [0, 0, 0, 20],
  );
  assert.equal(take('192.0.2.2'), 0);
  now += 10_000;
  assert.equal(take('192.0.2.1'), 10);
  now += 10_000;
  assert.deepEqual([take('192.0.2.1'), take('192.0.2.1')], [0, 20]);
  now += 3_600_000;
  assert.deepEqual(
    [1, 2, 3, 4].map(() => take('192.0.2.1')),
    [0, 0, 0, 20],
  );
});

test('addresses of one IPv6 network are one client, and so are all that are not known', () => {
  const rate = new ClientRate(1, () => 0);
  assert.deepEqual(
    ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8:0:1::1', '::1', undefined, undefined].map((address) =>
      rate.take(address),
    ),
    [0, 60, 0, 0, 0, 60],
  );
});

test('the clients that are remembered are bounded; the one that has not come for longest goes', () => {
  const rate = new ClientRate(1, () => 0);
  for (let n = 0; n < 10_000; n++) rate.take(`client ${n}`);
  rate.take('client 0');
  rate.take('another');
  assert.deepEqual([rate.take('client 0'), rate.take('client 1')], [60, 0]);
});
