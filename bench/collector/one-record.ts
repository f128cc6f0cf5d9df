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
  const runs: { own: Run; other: Run }[] = [];
  for (let round = 0; round < rounds.rounds; round++) {
    runs.push({ own: await run(ours, rounds), other: await run(bare, rounds) });
  }
  const median = (of: (run: (typeof runs)[number]) => number): number => quantile(runs.map(of), 0.5);
  const both = (of: (run: Run) => number, digits: number): string =>
    `${median(({ own }) => of(own)).toFixed(digits)} / ${median(({ other }) => of(other)).toFixed(digits)} bare`;
  const ratio = median(({ own, other }) => own.rate / other.rate);
  const p99Ms = median(({ own }) => own.p99Ms);
  const verdict = ratio >= LEAST_RATE && p99Ms < MOST_P99_MS ? '✓' : '✗';
  const row = {
    case: 'one record a request',
    'requests a second': both(({ rate }) => rate, 0),
    ratio: ratio.toFixed(2),
    'CPU, µs a request': both(({ cpuMicros }) => cpuMicros, 0),
    'p99, ms': both(({ p99Ms }) => p99Ms, 2),
    wanted: `${LEAST_RATE} and below ${MOST_P99_MS} ms ${verdict}`,
  };
  return `${rounds.requests} requests, ${rounds.connections} connections, ${rounds.rounds} rounds\n${markdownTable([row])}`;
}

interface Run {
  readonly rate: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
}

async function run(engine: Engine, { requests, connections }: Rounds): Promise<Run> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const config = CASES[0]?.config({ port, grpcPort, directory, sink: '' }) ?? {};
  const running = await startEngine(engine, config, { directory, port });
  try {
    const { protobuf: body } = logsRequest(1);
    const load = { endpoint: running.endpoint, contentType: 'application/x-protobuf', body, connections };
    await send({ ...load, requests: requests / 10 });
    const [cpuBefore, startedMs] = [running.cpuMicros(), performance.now()];
    const times = await send({ ...load, requests });
    const seconds = (performance.now() - startedMs) / 1_000;
    const cpuMicros = (running.cpuMicros() - cpuBefore) / requests;
    return { rate: requests / seconds, p99Ms: quantile(times, 0.99), cpuMicros };
  } finally {
    await running.server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
