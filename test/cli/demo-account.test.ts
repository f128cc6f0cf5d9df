import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { accountLines, countStored, isEven } from '../../src/cli/demo/demo-account.ts';

const COUNTS = { emitted: 10, quarantined: 0, acked: 10, stored: undefined };

/** A viewer that has no time to look at all rows, so many times. */
async function slowViewer(t: TestContext, times: number): Promise<URL> {
  let asked = 0;
  const server = createServer((_, response) => {
    const complete = ++asked > times;
    const count = complete ? 10 : 3;
    const groups = ['event', 'span'].map((value) => ({ value, count }));
    response.end(JSON.stringify({ complete, groups }));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test('a viewer that had no time for all rows is asked again, and nothing is called lost meanwhile', async (t) => {
  const emitted = { events: COUNTS, spans: COUNTS };
  const account = await countStored(emitted, await slowViewer(t, 2), 'x');
  assert.deepEqual([account.events.stored, account.spans.stored, isEven(account)], [10, 10, true]);
  const never = await countStored(emitted, await slowViewer(t, 1000), 'x');
  assert.equal(isEven(never), false);
  for (const name of ['stored', 'lost'])
    assert.match(accountLines(never).join('\n'), new RegExp(`^ {2}${name} +unknown +unknown `, 'm'));
});
