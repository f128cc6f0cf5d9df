import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A server in a process of its own, with little memory. */
export interface Taker {
  readonly url: string;
  /** How much memory it has taken at most since it listens. */
  mostBytes(): Promise<number>;
}

/** Starts `children/taker.ts`; it ends with the test. */
export async function startTaker(
  t: TestContext,
  plan: { readonly kind: 'collector' | 'grpc'; readonly maxBodyBytes: number },
  heapMib = 256,
): Promise<Taker> {
  const program = path.join(import.meta.dirname, 'children', 'taker.ts');
  const child = spawn(process.execPath, [
    '--no-warnings',
    `--max-old-space-size=${heapMib}`,
    program,
    JSON.stringify(plan),
  ]);
  t.after(() => child.kill('SIGKILL'));
  child.stderr.pipe(process.stderr);
  const line = async (): Promise<string> => String((await once(child.stdout, 'data'))[0]);
  const url = (await line()).trim();
  return {
    url,
    mostBytes: async () => {
      const answer = line();
      child.stdin.write('\n');
      return Number(await answer);
    },
  };
}
