import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../test/harness/free-port.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { toFileAndHttp } from './cases.ts';
import { type Engine, startEngine } from './engine.ts';
import { send } from './load.ts';

/** Of the last quarter of the time above the second one. */
const MOST_GROWTH = 1.1;
/** Requests between two looks. */
const ROUND = 50;

interface Span {
  readonly minutes: number;
  readonly connections: number;
  readonly body: Buffer;
  readonly sink: string;
}

/** What is resident while requests come as fast as they are taken, to a file and on to another collector. */
export async function memory(engine: Engine, { minutes, connections, body, sink }: Span): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const config = toFileAndHttp({ port, grpcPort, directory, sink });
  const running = await startEngine(engine, config, { directory, port });
  try {
    const load = { endpoint: running.endpoint, contentType: 'application/x-protobuf', body, connections };
    const samples: number[] = [];
    for (const endMs = performance.now() + minutes * 60_000; performance.now() < endMs; ) {
      await send({ ...load, requests: ROUND });
      samples.push(running.residentMib());
    }
    const quarter = Math.floor(samples.length / 4);
    const early = Math.max(...samples.slice(quarter, 2 * quarter));
    const late = Math.max(...samples.slice(-quarter));
    const row = {
      case: `memory, ${minutes} min, ${samples.length * ROUND} requests`,
      'most in the 2nd quarter, MiB': early.toFixed(0),
      'in the last': late.toFixed(0),
      peak: running.peakMib().toFixed(0),
      'start, ms': running.startMs.toFixed(0),
      wanted: `at most ${MOST_GROWTH} times ${late <= MOST_GROWTH * early ? '✓' : '✗'}`,
    };
    return markdownTable([row]);
  } finally {
    await running.server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
