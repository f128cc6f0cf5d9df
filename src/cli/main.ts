#!/usr/bin/env node
import { readFile } from 'node:fs/promises';

/** A command: it is loaded only when it is run. */
interface Command {
  readonly summary: string;
  /** Resolves to the exit status: 0 good, 1 the input is bad, 2 could not read or run. */
  readonly load: () => Promise<(args: readonly string[]) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  collect: {
    summary: 'run a collector: OTLP over HTTP in, files and OTLP out',
    load: async () => (await import('./collect.ts')).collect,
  },
};

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(await version());
  if (name === '--help' || name === '-h' || name === 'help') return print(usage());
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const problem = name === undefined ? 'no command given' : `unknown command ${JSON.stringify(name)}`;
    process.stderr.write(`otel-events: ${problem}\n\n${usage()}\n`);
    return 1;
  }
  const run = await command.load();
  return run(args);
}

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: otel-events COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...lines,
    '',
    '`otel-events COMMAND --help` tells about one command; `otel-events --version` which version this is.',
  ].join('\n');
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
