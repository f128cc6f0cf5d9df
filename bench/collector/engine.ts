import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cpuMicros } from '../../test/harness/cpu-micros.ts';
import { binaryOf } from '../../test/services/cache-entry.ts';
import { otelcol } from '../../test/services/otelcol.ts';
import { type Server, startServer } from '../../test/services/start-server.ts';

/** A collector as a program. */
export interface Engine {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

/**
 * This engine, built, and the OpenTelemetry Collector.
 * @throws Error if that is not built
 */
export function engines(): readonly Engine[] {
  const binary = binaryOf(otelcol);
  if (binary === undefined) throw new Error('run `npm run services -- otelcol` first');
  return [
    { name: 'embedded', command: process.execPath, args: [CLI, 'collect'] },
    { name: 'otelcol', command: binary, args: [] },
  ];
}

/** A collector that runs. */
export interface RunningEngine {
  readonly server: Server;
  readonly endpoint: string;
  /** From the start of the process to its first 200, in steps of the 50 ms that pass between two questions. */
  readonly startMs: number;
  /** Of the process so far, in microseconds. */
  cpuMicros(): number;
  /** The most that was resident, in MiB. */
  peakMib(): number;
  /** What is resident. */
  residentMib(): number;
}

/** A request of nothing, which is taken as any other. */
const EMPTY = { method: 'POST', headers: { 'content-type': 'application/x-protobuf' } };

/** Starts an engine with a configuration, as a file of JSON, which is YAML. */
export async function startEngine(
  { name, command, args }: Engine,
  config: object,
  { directory, port }: { readonly directory: string; readonly port: number },
): Promise<RunningEngine> {
  const file = path.join(directory, 'config.yaml');
  writeFileSync(file, JSON.stringify(config));
  const endpoint = `http://127.0.0.1:${port}`;
  const startedMs = performance.now();
  const server = await startServer({
    name,
    command,
    args: [...args, '--config', file],
    cwd: directory,
    env: {},
    isReady: async () => (await fetch(`${endpoint}/v1/logs`, EMPTY)).status === 200,
  });
  const startMs = performance.now() - startedMs;
  const { pid } = server;
  return {
    server,
    endpoint,
    startMs,
    cpuMicros: () => cpuMicros(pid),
    peakMib: () => mibIn(pid, 'VmHWM'),
    residentMib: () => mibIn(pid, 'VmRSS'),
  };
}

function mibIn(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kib = '0'] = new RegExp(`${name}:\\s+(\\d+)`).exec(status) ?? [];
  return Number(kib) / 1024;
}
