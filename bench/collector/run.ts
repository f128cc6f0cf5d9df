// `npm run bench:collector`: what a record costs in the embedded collector and in the OpenTelemetry Collector.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../../test/harness/free-port.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { CASES, type Case } from './cases.ts';
import { type Engine, engines, startEngine } from './engine.ts';
import { send } from './load.ts';
import { memory } from './memory.ts';
import { oneRecord } from './one-record.ts';
import { quantile } from './quantile.ts';
import { logsRequest, metricsRequest } from './requests.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of each round, after as many again of a quarter to warm up. */
    requests: { type: 'string', default: '400' },
    records: { type: 'string', default: '500' },
    connections: { type: 'string', default: '4' },
    /** Only cases whose name has this. */
    case: { type: 'string', default: '' },
    /** Of the case `one-record`. */
    'one-record-requests': { type: 'string', default: '50000' },
    /** Of the case `memory`. */
    minutes: { type: 'string', default: '0.5' },
  },
});
const [rounds, requests, records, connections] = [
  Number(options.rounds),
  Number(options.requests),
  Number(options.records),
  Number(options.connections),
];

/** What one run of one engine took. */
interface Run {
  readonly cpuMicrosARecord: number;
  readonly recordsASecond: number;
  readonly peakMib: number;
  readonly startMs: number;
  readonly p99Ms: number;
}

const root = path.join(import.meta.dirname, '..', '..');
execFileSync(process.execPath, [path.join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'inherit' });
const sink = fork(path.join(import.meta.dirname, 'sink-program.ts'));
const [sinkPort] = (await once(sink, 'message')) as [number];
const bodies = { logs: logsRequest(records), metrics: metricsRequest(records) };
const pair = engines();

const rows: Record<string, string>[] = [];
for (const one of CASES.filter(({ name }) => name.includes(options.case))) {
  const runs = new Map<string, Run[]>(pair.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const engine of pair) runs.get(engine.name)?.push(await run(one, engine));
  }
  rows.push(rowOf(one, runs.get('embedded') ?? [], runs.get('otelcol') ?? []));
}
if (rows.length > 0) {
  console.log(
    `${records} records a request, ${connections} connections, ${rounds} rounds, Node ${process.version}`,
  );
  console.log(markdownTable(rows));
}
const [ours] = pair;
if (ours !== undefined && 'one-record'.includes(options.case)) {
  const requests = Number(options['one-record-requests']);
  console.log(await oneRecord(ours, { rounds, requests, connections }));
}
if (ours !== undefined && 'memory'.includes(options.case)) {
  const load = { minutes: Number(options.minutes), connections, body: bodies.logs.protobuf };
  console.log(await memory(ours, { ...load, sink: `http://127.0.0.1:${sinkPort}` }));
}
sink.disconnect();

async function run(one: Case, engine: Engine): Promise<Run> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const config = one.config({ port, grpcPort, directory, sink: `http://127.0.0.1:${sinkPort}` });
  const running = await startEngine(engine, config, { directory, port });
  try {
    const contentType = one.encoding === 'json' ? 'application/json' : 'application/x-protobuf';
    const { protocol, signal = 'logs' } = one;
    const endpoint = protocol === 'grpc' ? `http://127.0.0.1:${grpcPort}` : running.endpoint;
    const body = bodies[signal][one.encoding];
    const load = { endpoint, protocol, signal, contentType, body, connections };
    await send({ ...load, requests: Math.ceil(requests / 4) });
    await drained();
    const [cpuBefore, startedMs] = [running.cpuMicros(), performance.now()];
    const times = await send({ ...load, requests });
    const tookMs = performance.now() - startedMs;
    await drained();
    return {
      cpuMicrosARecord: (running.cpuMicros() - cpuBefore) / (requests * records),
      recordsASecond: (requests * records) / (tookMs / 1_000),
      peakMib: running.peakMib(),
      startMs: running.startMs,
      p99Ms: quantile(times, 0.99),
    };
  } finally {
    await running.server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What waits in queues is sent before the clock is looked at. */
async function drained(): Promise<void> {
  const count = async (): Promise<string> => (await fetch(`http://127.0.0.1:${sinkPort}`)).text();
  for (let before = ''; ; ) {
    const now = await count();
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function rowOf({ name, limit }: Case, ours: readonly Run[], theirs: readonly Run[]): Record<string, string> {
  const ratios = ours.map((one, round) => one.cpuMicrosARecord / (theirs[round]?.cpuMicrosARecord ?? 0));
  const both = (of: (one: Run) => number, digits = 0): string =>
    [ours, theirs].map((runs) => quantile(runs.map(of), 0.5).toFixed(digits)).join(' / ');
  const ratio = quantile(ratios, 0.5);
  return {
    case: name,
    'CPU, µs a record': both(({ cpuMicrosARecord }) => cpuMicrosARecord, 2),
    ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
    'at most': `${limit.toFixed(1)} ${ratio <= limit ? '✓' : '✗'}`,
    'records a second': both(({ recordsASecond }) => recordsASecond),
    'peak, MiB': both(({ peakMib }) => peakMib),
    'start, ms': both(({ startMs }) => startMs),
    'p99, ms': both(({ p99Ms }) => p99Ms, 1),
  };
}
