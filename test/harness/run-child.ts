import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How a child program ended, and the whole lines that it wrote. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** How to run a child program. */
export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For Node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** What runs Node, such as `['unshare', '--pid', '--fork']`. */
  readonly wrapper?: readonly string[];
  /** Looks at each line as it comes, and at '' when the process has been spawned. */
  readonly onLine?: (line: string, kill: (signal?: NodeJS.Signals) => void) => void;
}

/** Compiled code of the children of this process: they start in a third of the time. */
const cache = mkdtempSync(path.join(tmpdir(), 'otel-events-cache-'));
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));

/** Runs a program of `test/faults/children/` with `plan` as JSON, in a process of its own. */
export function runChild(program: string, plan: object, options: ChildOptions = {}): Promise<ChildEnd> {
  const { env = {}, nodeArgs = [], wrapper = [], onLine = () => {} } = options;
  const file = path.join(import.meta.dirname, '..', 'faults', 'children', program);
  const node = [process.execPath, '--no-warnings', ...nodeArgs, file, JSON.stringify(plan)];
  const [command = '', ...args] = [...wrapper, ...node];
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: cache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => void child.kill(signal);
  const lines: string[] = [];
  let [rest, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    const whole = (rest + chunk).split('\n');
    rest = whole.pop() ?? '';
    lines.push(...whole);
    for (const line of whole) onLine(line, kill);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  onLine('', kill);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, lines, stderr }));
  });
}
