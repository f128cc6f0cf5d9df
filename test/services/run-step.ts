import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Step } from './service.ts';

const SHOWN_LINES = 40;

/** Runs one command; its output is shown only if it fails. */
export async function runStep({ title, command, args, cwd, env }: Step): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === null ? `signal ${signal}` : `code ${code}`));
  });
  const [end, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  if (end === 'code 0') return stdout;
  const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new Error(`${title}: ${command} ${args.join(' ')} ended with ${end}\n${tail}`);
}
