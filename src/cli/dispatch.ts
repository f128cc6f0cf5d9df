import { nearestName } from '../nearest-name.ts';
import { tell } from './run-parsed.ts';

/** A command: it is loaded only when it is run. */
export interface Command {
  readonly summary: string;
  /** Resolves to the exit status: 0 good, 1 the input is bad, 2 could not read or run. */
  readonly load: () => Promise<(args: readonly string[]) => Promise<number>>;
}

/** Commands under one name, such as `otel-events spool`. */
export interface CommandGroup {
  readonly name: string;
  readonly commands: Readonly<Record<string, Command>>;
  /** Printed below the list of commands. */
  readonly notes: readonly string[];
}

/** Runs the command that `args` begin with, or tells which there are. @returns the exit status */
export async function dispatch(group: CommandGroup, [name, ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${usage(group)}\n`);
    return 0;
  }
  const command =
    name !== undefined && Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (command === undefined) {
    const problem = name === undefined ? 'no command given' : `unknown command ${JSON.stringify(name)}`;
    const near = nearestName(name ?? '', Object.keys(group.commands));
    tell(`${group.name}: ${problem}${near === undefined ? '' : ` (did you mean ${near}?)`}`);
    process.stderr.write(`\n${usage(group)}\n`);
    return 1;
  }
  const run = await command.load();
  return run(args);
}

function usage({ name, commands, notes }: CommandGroup): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([each, { summary }]) => `  ${each.padEnd(width)}  ${summary}`);
  return [`Usage: ${name} COMMAND [OPTIONS]`, '', 'Commands:', ...lines, '', ...notes].join('\n');
}
