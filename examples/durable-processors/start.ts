// `node examples/durable-processors/start.ts`: what arrives of a burst, and of what a crashed process had logged.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEndpoint } from './endpoint.ts';

const COUNT = 5000;
const spool = mkdtempSync(path.join(tmpdir(), 'otel-events-orders-'));

let arrived = 0;
const endpoint = createEndpoint(() => arrived++);
endpoint.listen(0, '127.0.0.1');
await once(endpoint, 'listening');

console.log(`${COUNT} log records at once         arrived    lost`);
let lost = 0;
for (const [choice, name] of [
  ['batch', 'BatchLogRecordProcessor'],
  ['durable', 'DurableLogRecordProcessor'],
] as const) {
  await show(name, () => runApp(choice, COUNT, 'shutdown'));
  lost = await show('  killed, then started again', async () => {
    await runApp(choice, COUNT, 'crash');
    await runApp(choice, 0, 'shutdown');
  });
}

endpoint.close();
rmSync(spool, { recursive: true });
process.exitCode = lost === 0 ? 0 : 1;

/** @returns how many of the records have not arrived */
async function show(what: string, run: () => Promise<void>): Promise<number> {
  arrived = 0;
  await run();
  const lost = COUNT - arrived;
  console.log(`${what.padEnd(31)}${String(arrived).padStart(8)}${String(lost).padStart(8)}`);
  return lost;
}

async function runApp(choice: string, count: number, end: 'shutdown' | 'crash'): Promise<void> {
  const { port } = endpoint.address() as AddressInfo;
  const args = [path.join(import.meta.dirname, 'app.ts'), choice, String(count), end];
  const env = {
    PATH: process.env.PATH,
    SPOOL: spool,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  await once(child, 'exit');
}
