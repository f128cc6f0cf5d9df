import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';

test('close() has ended 8 s later, whatever hangs: Docker kills ten seconds after SIGTERM', async (t) => {
  const sockets = new Set<{ destroy(): void }>();
  const hung = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    hung.close();
  });
  const endpoint = `http://127.0.0.1:${(hung.address() as AddressInfo).port}`;
  const events = new EventLogger({ endpoint, logLevel: 'none' });
  events.log('a');
  const startMs = performance.now();
  const { dropped } = await events.close();
  const tookMs = performance.now() - startMs;
  assert.equal(dropped, 1);
  assert.ok(tookMs > 7_500 && tookMs < 9_900, `${tookMs} ms`);
});

test('a time-out of longer than a timer can wait is the longest that it can, and not a millisecond', async () => {
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31, 1e300]) {
    for (const end of ['flush', 'close'] as const) {
      const server = createHttpServer((request, response) => {
        request.resume();
        setTimeout(() => response.end(), 150);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const events = new EventLogger({ endpoint, logLevel: 'none' });
      events.log('a');
      const { acked, dropped, pending } = await events[end]({ timeoutMs });
      assert.deepEqual([acked, dropped, pending], [1, 0, 0], `${end}, ${timeoutMs}`);
      await events.close();
      server.closeAllConnections();
      server.close();
    }
  }
});
