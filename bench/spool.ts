import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StorageOptions } from '../src/delivery-options.ts';
import { Spool } from '../src/spool/spool.ts';

const FIELD = Buffer.alloc(400, 'x');
const BURST = 256;
const HEADER = { resource: Buffer.alloc(300, 'r'), scope: Buffer.alloc(40, 's') };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Row {
  readonly what: string;
  readonly cpu: string;
  readonly wall: string;
}

/** Microseconds a record, of CPU and of time, for `count` records in bursts of `size`. */
async function measure(
  what: string,
  count: number,
  burst: () => Promise<void>,
  size: number = BURST,
): Promise<Row> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let done = 0; done < count; done += size) await burst();
  const { user, system } = process.cpuUsage(cpu);
  const wallUs = (performance.now() - start) * 1000;
  return { what, cpu: ((user + system) / count).toFixed(3), wall: (wallUs / count).toFixed(3) };
}

async function atLevel(
  level: NonNullable<StorageOptions['durability']>,
  reading: boolean,
  size: number = BURST,
): Promise<Row> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const spool = new Spool({ ...(level === 'memory' ? {} : { spool: directory }), durability: level });
  const kind = spool.kind('logs', HEADER, 'checkout.completed', ['otlp']);
  const cursor = spool.cursor('otlp');
  const burst = async (): Promise<void> => {
    for (let index = 0; index < size; index++) spool.append(kind, FIELD);
    await turn();
    if (!reading || cursor.pending < 2048) return;
    for (let batch = cursor.read(); batch !== undefined; batch = cursor.read()) cursor.ack(batch.to);
  };
  const label = `${level}, ${reading ? 'read and acknowledged' : 'written only'}, ${size} a turn`;
  await measure('', 50_000, burst, size);
  const row = await measure(label, 200_000, burst, size);
  spool.close();
  rmSync(directory, { recursive: true, force: true });
  return row;
}

/** The cost of one more record on top of a backlog, and of reading it from the start. */
async function onBacklog(backlog: number): Promise<Row[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', HEADER, 'checkout.completed', ['otlp']);
  const cursor = spool.cursor('otlp');
  const burst = async (): Promise<void> => {
    for (let index = 0; index < BURST; index++) spool.append(kind, FIELD);
    await turn();
  };
  for (let done = 0; done < backlog; done += BURST) await burst();
  const rss = Math.round(process.memoryUsage().rss / 1024 / 1024);
  const label = `${backlog.toLocaleString('en')} records of backlog (${rss} MiB resident)`;
  const append = await measure(`append on ${label}`, 100_000, burst);
  const read = await measure(`read and ack, ${label}`, 10_000, async () => {
    for (let count = 0; count < BURST; ) {
      const batch = cursor.read(BURST * FIELD.length);
      count += batch?.count ?? BURST;
      if (batch !== undefined) cursor.ack(batch.to);
    }
  });
  spool.close();
  rmSync(directory, { recursive: true, force: true });
  return [append, read];
}

const rows: Row[] = [];
for (const level of ['memory', 'os', 'disk'] as const) rows.push(await atLevel(level, true));
for (const level of ['memory', 'os'] as const) rows.push(await atLevel(level, true, 1));
rows.push(await atLevel('os', false));
for (const backlog of [10_000, 100_000, 1_000_000]) rows.push(...(await onBacklog(backlog)));
console.log(`node ${process.version}, fields of ${FIELD.length} bytes, µs a record`);
console.table(rows);
