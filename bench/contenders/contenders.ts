import path from 'node:path';
import type { Contender, Start } from './contender.ts';

/** Where what a contender logs can be counted. */
export type Arrival = 'sink' | { readonly file: string } | 'nowhere';

/** How a contender is started and counted. */
export interface Entry {
  /** Relative to this file. */
  readonly module: string;
  readonly options?: object;
  readonly arrival: Arrival;
}

/** Enough for every run: nothing is dropped for want of room. */
const UNBOUNDED = 100_000_000;
const PINO_FILE = 'pino.ndjson';

const otelEvents = (options: object): Entry => ({ module: './otel-events.ts', options, arrival: 'sink' });
const otelSdk = (options: object): Entry => ({ module: '../peers/otel-sdk.ts', options, arrival: 'sink' });
const pinoFile = (asynchronous: boolean): Entry => ({
  module: '../peers/pino-file.ts',
  options: { file: PINO_FILE, asynchronous },
  arrival: { file: PINO_FILE },
});

/**
 * All contenders by the name that tables show. Every option is the contender's default, except that queues which
 * would drop have as much room as the run needs; "default queue" has not.
 */
export const CONTENDERS = {
  'JSON.stringify alone': { module: './json-stringify.ts', arrival: 'nowhere' },
  'otel-events memory': otelEvents({ durability: 'memory' }),
  'otel-events os': otelEvents({ durability: 'os' }),
  'otel-events disk': otelEvents({ durability: 'disk' }),
  'OTel SDK, JSON': otelSdk({ encoding: 'json', maxQueueSize: UNBOUNDED }),
  'OTel SDK, protobuf': otelSdk({ encoding: 'protobuf', maxQueueSize: UNBOUNDED }),
  'OTel SDK, default queue': otelSdk({ encoding: 'protobuf' }),
  'pino to a file': pinoFile(false),
  'pino to a file, asynchronous': pinoFile(true),
  'posthog-node': {
    module: '../peers/posthog.ts',
    options: { maxQueueSize: UNBOUNDED },
    arrival: 'sink',
  },
  'posthog-node, default queue': { module: '../peers/posthog.ts', arrival: 'sink' },
  segment: { module: '../peers/segment.ts', arrival: 'sink' },
} as const satisfies Record<string, Entry>;

export type ContenderName = keyof typeof CONTENDERS;

/**
 * Starts a contender; only its own modules are loaded into the process.
 * @param root - the checkout that it is taken from; default this one
 */
export async function startContender(
  name: ContenderName,
  sinkUrl: string,
  directory: string,
  root = path.join(import.meta.dirname, '../..'),
): Promise<Contender> {
  const { module, options }: Entry = CONTENDERS[name];
  const { start } = (await import(path.join(root, 'bench/contenders', module))) as { start: Start };
  return start(sinkUrl, directory, options);
}
