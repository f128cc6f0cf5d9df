// `npm run bench:mongodb`: events a second through the whole logger into a real FerretDB, one document each.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { mongodbExporter } from '../src/exporters/mongodb.ts';
import { EventLogger } from '../src/index.ts';
import { FERRETDB_VERSION } from '../test/services/ferretdb.ts';
import { type Ferretdb, startFerretdb } from '../test/services/start-ferretdb.ts';
import { markdownTable } from './report/markdown-table.ts';
import { median } from './report/median.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    /** A missed target is exit status 1. */
    check: { type: 'boolean', default: false },
  },
});

/** Events a second. */
const TARGET = 5000;
const MAX_MS = 120_000;

/** What a run came to. */
interface Run {
  readonly perSecond: number;
  /** Of this process, without the server. */
  readonly cpuUs: number;
}

await bench(Number(options.count), Number(options.rounds));

async function bench(count: number, rounds: number): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-bench-'));
  const server = await startFerretdb({ dir: path.join(dir, 'ferretdb') });
  try {
    const runs: Record<string, Run[]> = { 'in memory': [], 'with a spool directory': [] };
    await measure(server, 2000, undefined);
    for (let round = 0; round < rounds; round++) {
      runs['in memory']?.push(await measure(server, count, undefined));
      runs['with a spool directory']?.push(await measure(server, count, path.join(dir, `spool-${round}`)));
    }
    report(count, rounds, runs);
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** From the first `log()` until the last event is acknowledged; then counts what is stored. */
async function measure({ url }: Ferretdb, count: number, spool: string | undefined): Promise<Run> {
  const database = `bench_${Math.random().toString(36).slice(2)}`;
  const exporters = [mongodbExporter({ url, database })];
  const events = new EventLogger({
    delivery: 'none',
    app: { name: 'shop', version: '1.4.0' },
    exporters,
    ...(spool === undefined ? {} : { spool }),
  });
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  for (let n = 0; n < count; n++) {
    events.log('cart.item_added', { sku: `A${n}`, qty: 2, price: 12.5, n }, { userId: `user-${n % 100}` });
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { acked } = await events.flush({ timeoutMs: MAX_MS });
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await events.close();
  await check(url, database, count, acked);
  return { perSecond: count / seconds, cpuUs: (user + system) / count };
}

/** A figure of events that are not there would be worth nothing. */
async function check(url: string, database: string, count: number, acked: number): Promise<void> {
  const client = new MongoClient(url);
  const stored = await client.db(database).collection('events').countDocuments();
  await client.db(database).dropDatabase();
  await client.close();
  if (stored !== count || acked !== count) {
    throw new Error(`${count} events: ${acked} acknowledged, ${stored} stored`);
  }
}

function report(count: number, rounds: number, runs: Readonly<Record<string, readonly Run[]>>): void {
  const rows = Object.entries(runs).map(([what, made]) => ({
    [`${count.toLocaleString('en')} events`]: what,
    'events/s': Math.round(median(made.map(({ perSecond }) => perSecond))).toLocaleString('en'),
    'CPU µs an event': median(made.map(({ cpuUs }) => cpuUs)).toFixed(1),
  }));
  console.log(`${about()}; medians of ${rounds} rounds\n\n${markdownTable(rows)}`);
  const slowest = Math.min(...Object.values(runs).map((made) => median(made.map((run) => run.perSecond))));
  console.log(`\nTarget ${TARGET.toLocaleString('en')} events/s: ${slowest >= TARGET ? 'met' : 'missed'}`);
  if (options.check && slowest < TARGET) process.exitCode = 1;
}

function about(): string {
  const file = createRequire(import.meta.url).resolve('mongodb/package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const machine = `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores`;
  const load = (os.loadavg()[0] ?? 0).toFixed(2);
  return `Node ${process.version}, mongodb ${version}, FerretDB ${FERRETDB_VERSION} on SQLite; ${machine}, load ${load}`;
}
