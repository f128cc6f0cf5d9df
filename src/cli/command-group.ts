import { nearestName } from '../nearest-name.ts';
import { type Command, tell } from './command.ts';

/** Commands under one name, such as `otel-events spool`. */
export interface CommandGroup {
  readonly name: string;
  /** By name: what a command is for, and its file, which is loaded only when it is run. */
  readonly commands: Readonly<Record<string, readonly [summary: string, load: () => Promise<CommandFile>]>>;
  /** Printed below the list of commands. */
  readonly notes: readonly string[];
}

/** What the file of a command, or of a group of them, exports. */
export interface CommandFile {
  readonly command: Command;
}

/** Makes a command that runs the one its arguments begin with, or tells which there are. */
export function defineGroup(group: CommandGroup): Command {
  return async (words) => {
    const [name, ...args] = ofHelp(words);
    if (name === '--help' || name === '-h') {
      process.stdout.write(`${usage(group)}\n`);
      return 0;
    }
    const entry =
      name !== undefined && Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
    if (entry === undefined) {
      const problem = name === undefined ? 'no command given' : `unknown command ${JSON.stringify(name)}`;
      const near = nearestName(name ?? '', Object.keys(group.commands));
      tell(`${group.name}: ${problem}${near === undefined ? '' : ` (did you mean ${near}?)`}`);
      process.stderr.write(`\n${usage(group)}\n`);
      return 1;
    }
    const { command } = await entry[1]();
    return command(args);
  };
}

/** `help query` is `query --help`, and `help` alone is `--help`. */
function ofHelp(words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  if (first !== 'help') return words;
  return [...others.filter((word) => !word.startsWith('-')), '--help'];
}

function usage({ name, commands, notes }: CommandGroup): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([each, [summary]]) => `  ${each.padEnd(width)}  ${summary}`);
  return [`Usage: ${name} COMMAND [OPTIONS]`, '', 'Commands:', ...lines, '', ...notes].join('\n');
}
