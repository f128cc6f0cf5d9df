import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../test/harness/free-port.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { CASES } from './cases.ts';
import { type Engine, startEngine } from './engine.ts';
import { send } from './load.ts';
import { quantile } from './quantile.ts';
import { logsRequest } from './requests.ts';

/** At least so much of the rate of a server that does nothing but write. */
const LEAST_RATE = 0.6;
const MOST_P99_MS = 20;

interface Rounds {
  readonly rounds: number;
  readonly requests: number;
  readonly connections: number;
}

/** Requests of one record: what a request costs, whatever is in it. Beside a bare server that writes the same bytes. */
export async function oneRecord(ours: Engine, rounds: Rounds): Promise<string> {
  const program = path.join(import.meta.dirname, 'bare-program.ts');
  const bare: Engine = { name: 'bare node:http', command: process.execPath, args: [program] };
  const runs: { rate: number; p99: number; bareRate: number; bareP99: number }[] = [];
  for (let round = 0; round < rounds.rounds; round++) {
    const [own, other] = [await run(ours, rounds), await run(bare, rounds)];
    runs.push({ rate: own.rate, p99: own.p99Ms, bareRate: other.rate, bareP99: other.p99Ms });
  }
  const median = (of: (run: (typeof runs)[number]) => number): number => quantile(runs.map(of), 0.5);
  const ratio = median(({ rate, bareRate }) => rate / bareRate);
  const p99Ms = median(({ p99 }) => p99);
  const verdict = ratio >= LEAST_RATE && p99Ms < MOST_P99_MS ? '✓' : '✗';
  const row = {
    case: 'one record a request',
    'requests a second': `${median(({ rate }) => rate).toFixed(0)} / ${median(({ bareRate }) => bareRate).toFixed(0)} bare`,
    ratio: ratio.toFixed(2),
    'p99, ms': `${p99Ms.toFixed(2)} / ${median(({ bareP99 }) => bareP99).toFixed(2)} bare`,
    wanted: `${LEAST_RATE} and below ${MOST_P99_MS} ms ${verdict}`,
  };
  return `${rounds.requests} requests, ${rounds.connections} connections, ${rounds.rounds} rounds\n${markdownTable([row])}`;
}

async function run(
  engine: Engine,
  { requests, connections }: Rounds,
): Promise<{ rate: number; p99Ms: number }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const config = CASES[0]?.config({ port, grpcPort, directory, sink: '' }) ?? {};
  const running = await startEngine(engine, config, { directory, port });
  try {
    const { protobuf: body } = logsRequest(1);
    const load = { endpoint: running.endpoint, contentType: 'application/x-protobuf', body, connections };
    await send({ ...load, requests: requests / 10 });
    const startedMs = performance.now();
    const times = await send({ ...load, requests });
    return { rate: requests / ((performance.now() - startedMs) / 1_000), p99Ms: quantile(times, 0.99) };
  } finally {
    await running.server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
