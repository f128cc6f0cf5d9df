import { spawn } from 'node:child_process';
import { tell } from './command.ts';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** @param name - of the command that says so where it cannot be opened */
export function openInBrowser(name: string, url: string): void {
  const [program = '', ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () => tell(`${name}: ${program} is not there; open ${url}`));
  child.unref();
}
