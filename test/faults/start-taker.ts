import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** What a taker is to be. */
export interface TakerPlan {
  /** A receiver alone, the events API, or a whole collector with a pipeline of processors behind its receiver. */
  readonly kind: 'collector' | 'grpc' | 'events-api' | 'pipeline' | 'grpc-pipeline';
  readonly maxBodyBytes: number;
  /** Of a whole collector: where its files go. */
  readonly directory?: string;
}

/** A server in a process of its own, with little memory. */
export interface Taker {
  readonly url: string;
  /** How much memory it has taken at most since it listens. */
  mostBytes(): Promise<number>;
  /** How much it has taken at most in all. */
  peakBytes(): Promise<number>;
}

/**
 * Starts `children/taker.ts`; it ends with the test.
 * @param heapMib - of memory for what is old
 * @param youngFlags - for what is young; without them V8 keeps up to 48 MiB of that, as it sees fit
 */
export async function startTaker(
  t: TestContext,
  plan: TakerPlan,
  heapMib = 256,
  youngFlags: readonly string[] = [],
): Promise<Taker> {
  const program = path.join(import.meta.dirname, 'children', 'taker.ts');
  const child = spawn(process.execPath, [
    '--no-warnings',
    `--max-old-space-size=${heapMib}`,
    ...youngFlags,
    program,
    JSON.stringify(plan),
  ]);
  t.after(() => child.kill('SIGKILL'));
  child.stderr.pipe(process.stderr);
  const line = async (): Promise<string> => String((await once(child.stdout, 'data'))[0]);
  const url = (await line()).trim();
  const ask = async (which: number): Promise<number> => {
    const answer = line();
    child.stdin.write('\n');
    return Number((await answer).split(' ')[which]);
  };
  return { url, mostBytes: () => ask(0), peakBytes: () => ask(1) };
}
