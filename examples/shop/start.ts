// `npm start`: a shop, its customers, the embedded collector behind it, and what came out of it.
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventLogger } from 'otel-events';
import { startCollector } from 'otel-events/collector';
import { sendCustomers } from './customers.ts';
import { createEndpoint, type OtlpLogs, recordsOf, uidOf } from './endpoint.ts';
import { printEvent } from './print-event.ts';
import { createShop } from './shop.ts';

const data = mkdtempSync(path.join(tmpdir(), 'otel-events-shop-'));
const files = { events: path.join(data, 'events.jsonl'), spans: path.join(data, 'spans.jsonl') };

const atEndpoint = new Set<string>();
const endpoint = createEndpoint((record) => {
  atEndpoint.add(uidOf(record));
  printEvent(record);
});
process.env.SHOP_ENDPOINT = await listen(endpoint);
process.env.SHOP_COLLECTOR_PORT = '0';
process.env.SHOP_DATA = data;
const collector = await startCollector({ config: path.join(import.meta.dirname, 'collector.yaml') });

const events = new EventLogger({
  app: { name: 'coffee-shop', version: '1.0.0' },
  endpoint: collector.endpoint,
  flushIntervalMs: 100,
});
const shop = createShop(events);
const shopUrl = await listen(shop);

console.log(`shop ${shopUrl} → collector ${collector.endpoint} → file and ${process.env.SHOP_ENDPOINT}\n`);
await sendCustomers(shopUrl);
await events.flush();

if (process.stdout.isTTY) {
  await allArrived();
  console.log(`\nThe shop is open: curl -X POST -H 'x-session: me' -d '{"sku":"cake"}' ${shopUrl}/cart`);
  console.log('Ctrl-C closes it.\n');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log();
}

await close(shop);
await events.close();
await collector.stop();
await close(endpoint);
printResult();

/** The endpoint is behind a queue of the collector's: the last events are a moment behind the file. */
async function allArrived(): Promise<void> {
  for (let tries = 0; atEndpoint.size < events.stats().total.acked && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function printResult(): void {
  const { emitted } = events.stats().total;
  const inFile = new Set(readLines(files.events).flatMap(recordsOf).map(uidOf));
  const lost = emitted - [...inFile].filter((uid) => atEndpoint.has(uid)).length;
  console.log(`
  events emitted        ${String(emitted).padStart(4)}
  in the file           ${String(inFile.size).padStart(4)}   ${files.events}
  at the HTTP endpoint  ${String(atEndpoint.size).padStart(4)}   spans are in ${files.spans}
  lost                  ${String(lost).padStart(4)}
`);
  process.exitCode = lost === 0 ? 0 : 1;
}

function readLines(file: string): OtlpLogs[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
