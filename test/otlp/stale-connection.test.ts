// A connection that the server closed while the client was not looking: frozen, or busy.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { until } from '../spool/sending.ts';

/** A server that takes one request a connection, and cuts the connection when another one comes over it. */
async function cutting(
  t: TestContext,
  isCutAtOnce = () => false,
): Promise<{ url: string; taken: () => number }> {
  const used = new Set<Socket>();
  let taken = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (used.has(request.socket) || isCutAtOnce()) {
      request.socket.resetAndDestroy();
      return;
    }
    used.add(request.socket);
    taken++;
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken: () => taken };
}

test('a request over a connection that was closed meanwhile goes over a new one at once, and is no outage', async (t) => {
  const { url, taken } = await cutting(t);
  const errors: unknown[] = [];
  const events = new EventLogger({ endpoint: url, logLevel: 'none', onError: (error) => errors.push(error) });
  t.after(() => events.close());
  for (let count = 1; count <= 8; count++) {
    events.log('a');
    assert.equal((await events.flush()).since.acked, 1);
    assert.equal(taken(), count);
  }
  assert.deepEqual(errors, []);
});

test('a connection that is cut when it is new is an outage', async (t) => {
  let isAway = false;
  const { url } = await cutting(t, () => isAway);
  const errors: Error[] = [];
  const events = new EventLogger({ endpoint: url, logLevel: 'none', onError: (error) => errors.push(error) });
  t.after(() => events.close({ timeoutMs: 0 }));
  events.log('a');
  await events.flush();
  isAway = true;
  events.log('a');
  await until(() => errors.length === 1);
  assert.equal((await events.flush({ timeoutMs: 200 })).pending, 1);
  assert.match(errors[0]?.message ?? '', /did not answer: ECONNRESET/);
});
