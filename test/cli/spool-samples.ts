import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Event } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { encodeEnvelope } from '../../src/otlp/sdk/encode-envelope.ts';
import { encodeSpan } from '../../src/otlp/sdk/encode-span.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** The header of the records in these tests. */
export const SHOP = encodeEnvelope(
  { attributes: { 'service.name': 'shop', 'host.name': 'web-1' } },
  { name: 'shop', version: '1.2.3' },
);

/** How the command ended, and what it said. */
export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `otel-events spool`. */
export function startCli(args: readonly string[], nodeArgs: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, MAIN, 'spool', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `otel-events spool` to its end. */
export async function cli(...args: readonly string[]): Promise<CliRun> {
  return ended(startCli(args));
}

/** Waits for the end of a command. */
export async function ended(child: ChildProcess): Promise<CliRun> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** The lines of an output that is JSON line by line. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** An id of an event by its number. */
export function idOf(number: number): string {
  return `01a2019f-2da5-7000-8031-${number.toString(16).padStart(12, '0')}`;
}

/** An event by its number, encoded. */
export function event(number: number, more: Partial<Event> = {}): Buffer {
  return Buffer.from(
    encodeEvent({
      ...PLAIN_EVENT,
      id: idOf(number),
      name: 'cart.item_added',
      time: [1_700_000_000 + number, 123_456_789],
      data: { number },
      ...more,
    }),
  );
}

/** A span by its number, encoded. */
export function span(number: number): Buffer {
  const spanId = number.toString(16).padStart(16, 'a');
  return Buffer.from(
    encodeSpan({
      name: 'checkout',
      kind: 1,
      spanContext: () => ({ traceId: 'b'.repeat(32), spanId, traceFlags: 1 }),
      startTime: [1_700_000_000, 5],
      endTime: [1_700_000_001, 0],
      status: { code: 2, message: 'no stock' },
      attributes: { number, list: [1, 2] },
      links: [],
      events: [{ name: 'retried', time: [1_700_000_000, 500_000_000], attributes: { attempt: 2 } }],
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }),
  );
}

/** What {@link fill} puts into a spool. */
export interface Filling {
  /** Numbers of the events. */
  readonly events: readonly number[];
  readonly sinks?: readonly string[];
  /** How many of them the first sink has settled. */
  readonly settled?: number;
}

/** A spool with events in its files. */
export async function fill(
  directory: string,
  { events, sinks = ['otlp'], settled = 0 }: Filling,
  options: SpoolOptions = {},
): Promise<Spool> {
  const spool = new Spool({ spool: directory, ...options });
  const kind = spool.kind('logs', SHOP, 'cart.item_added', sinks);
  for (const number of events) spool.append(kind, event(number));
  await spool.durable();
  if (settled > 0) {
    const cursor = spool.cursor(sinks[0] ?? '');
    const batch = cursor.read(Number.POSITIVE_INFINITY, settled);
    cursor.ack(batch?.to ?? 0);
  }
  return spool;
}

/** The same, left behind by a process that was killed. @returns its pid */
export async function fillAndDie(directory: string, filling: Filling): Promise<number> {
  const code = `
    const { fill } = await import(${JSON.stringify(import.meta.filename)});
    await fill(${JSON.stringify(directory)}, ${JSON.stringify(filling)});
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '--eval', code], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
  if (signal !== 'SIGKILL') throw new Error('the child did not come to its end');
  return child.pid ?? 0;
}

/** The one sub-directory of a spool that nobody else has. */
export function onlySubDirectory(directory: string): string {
  const names = readdirSync(directory).filter((name) => name.includes('-') && name !== 'dead-letter');
  if (names.length !== 1) throw new Error(`there are ${names.length} sub-directories`);
  return path.join(directory, names[0] ?? '');
}

/** The files of a directory, each with all by which a change could be seen. */
export function snapshot(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const file = path.join(directory, name);
      const { mtimeMs, ctimeMs, size, mode, ino } = statSync(file);
      const isFile = statSync(file).isFile();
      const hash = isFile ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
      return [name, mtimeMs, ctimeMs, size, mode, ino, hash].join(' ');
    });
}
