/**
 * Has the stream of events and says where; on a line of standard input it sends events, more than the kernel
 * takes for a client that does not read, and says how much memory that took at most.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedListener } from '../../../src/middleware/events-api-options.ts';
import { eventsApi } from '../../../src/middleware/node.ts';

const { eventCount, eventBytes } = JSON.parse(process.argv[2] ?? '') as {
  readonly eventCount: number;
  readonly eventBytes: number;
};

const listeners = new Set<RecordedListener>();
const events = {
  record: () => '',
  addListener: (listener: RecordedListener) => listeners.add(listener),
  removeListener: (listener: RecordedListener) => listeners.delete(listener),
};
const server = createServer(eventsApi({ events })).listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);

await once(process.stdin, 'data');
const text = 'x'.repeat(eventBytes);
const before = process.memoryUsage().rss;
let most = before;
for (let sent = 0; sent < eventCount; sent++) {
  for (const listener of listeners) listener(undefined, 'a', { text });
  // In bursts, so that much waits at once.
  if (sent % 15 === 14) await sleep(50);
  most = Math.max(most, process.memoryUsage().rss);
}
process.stdout.write(`${most - before}\n`);
process.stdin.resume();
