// `npm run bench:grpc`: what a request costs the receiver of gRPC, beside one made with @grpc/grpc-js and that of HTTP.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { encodeProtobuf } from '../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../src/otlp/wire/messages.ts';
import { type Caller, grpcCaller, httpCaller } from './grpc/callers.ts';
import type { Cost } from './grpc/cost.ts';
import { markdownTable } from './report/markdown-table.ts';
import { median } from './report/median.ts';

const { values: options } = parseArgs({
  options: {
    /** Requests of a round. */
    count: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '3' },
  },
});

const SERVERS = ['own', 'grpc-js', 'http'] as const;
const CALLS_AT_ONCE = 10;
const PROGRAM = path.join(import.meta.dirname, 'grpc/server-program.ts');
const count = Number(options.count);

const rows: Record<string, string>[] = [];
for (const records of [1, 100, 512]) {
  for (const gzip of [false, true]) {
    const plain = Buffer.from(requestOf(records));
    const body = gzip ? gzipSync(plain) : plain;
    const costs = new Map<string, Cost[]>(SERVERS.map((server) => [server, []]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const server of SERVERS) costs.get(server)?.push(await measure(server, body, gzip));
    }
    const row = { records: `${records}, ${plain.length} bytes${gzip ? `, gzip ${body.length}` : ''}` };
    const cells = SERVERS.map((server) => [server, cell(costs.get(server) ?? [])]);
    rows.push({ ...row, ...Object.fromEntries(cells) });
  }
}

console.log(`Node ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores\n`);
console.log('CPU µs a request of the server process (resident MiB), medians\n');
console.log(markdownTable(rows));

function cell(costs: readonly Cost[]): string {
  const cpuUs = median(costs.map((cost) => cost.cpuUs));
  const rssBytes = median(costs.map((cost) => cost.rssBytes));
  return `${cpuUs.toFixed(0)} (${(rssBytes / 1024 / 1024).toFixed(0)})`;
}

async function measure(server: (typeof SERVERS)[number], body: Buffer, gzip: boolean): Promise<Cost> {
  const child = spawn(process.execPath, ['--no-warnings', PROGRAM, server], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? '';
  const url = await next();
  const caller = (server === 'http' ? httpCaller : grpcCaller)(url, body, gzip);
  try {
    await callAll(caller, count / 4);
    child.stdin.write('\n');
    await next();
    await callAll(caller, count);
    child.stdin.write('\n');
    return JSON.parse(await next());
  } finally {
    caller.close();
    child.kill();
  }
}

async function callAll({ call }: Caller, total: number): Promise<void> {
  let left = total;
  const next = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, next));
}

function requestOf(records: number): Uint8Array {
  const logRecords = Array.from({ length: records }, (_, index) => ({
    timeUnixNano: '1700000000000000001',
    severityNumber: 9,
    body: { stringValue: `order ${index}` },
    eventName: 'shop.order',
    attributes: ['a', 'b', 'c', 'd', 'e'].map((key) => ({
      key: `shop.${key}`,
      value: { stringValue: `value ${key}${index}` },
    })),
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return encodeProtobuf(REQUEST.logs, {
    resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords }] }],
  });
}
