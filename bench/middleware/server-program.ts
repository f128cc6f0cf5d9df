// Serves `GET /` and measures the CPU of this process while somebody else asks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventLogger } from '../../src/index.ts';
import { finish, reachStage, readJob } from '../process/program.ts';
import { startStopwatch } from '../process/stopwatch.ts';
import { FRAMEWORKS, type Framework, type MiddlewareOptions } from './frameworks.ts';

/** How much of the middleware takes part. */
export type Variant = 'bare' | 'context' | 'event';

export interface ServerJob {
  readonly framework: Framework;
  readonly variant: Variant;
}

export interface ServerResult {
  /** User and system time of all threads. */
  readonly cpuUs: number;
}

const { framework, variant } = readJob<ServerJob>();
const server = createServer(await FRAMEWORKS[framework](optionsFor(variant)));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
await reachStage(`warm up ${(server.address() as AddressInfo).port}`);
const read = startStopwatch();
await reachStage('measure');
finish({ cpuUs: read().cpuUs } satisfies ServerResult);

function optionsFor(wanted: Variant): MiddlewareOptions | undefined {
  if (wanted === 'bare') return undefined;
  // The event goes through the whole pipeline, and is decoded for somebody who keeps nothing.
  const events = new EventLogger({ delivery: 'none', exporters: [async function discard() {}] });
  return { events, requestEvents: wanted === 'event' };
}
