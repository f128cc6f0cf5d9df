import type { ParseArgsOptionsConfig } from 'node:util';
import { type CommandLine, runParsed, usageError, type Values } from '../run-parsed.ts';

/** A command that takes the directory of a spool. */
export interface SpoolCommand<Options extends ParseArgsOptionsConfig> extends CommandLine<Options> {
  /** @returns the exit status */
  readonly run: (directory: string, values: Values<Options>) => Promise<number>;
}

/** Parses the arguments and runs the command; every error becomes one line. @returns the exit status */
export function runCommand<Options extends ParseArgsOptionsConfig>(
  command: SpoolCommand<Options>,
  args: readonly string[],
): Promise<number> {
  const run = async ([directory, ...others]: readonly string[], values: Values<Options>): Promise<number> => {
    if (directory === undefined) throw usageError('no directory given');
    if (others.length > 0) throw usageError(`one directory at a time: ${others.length + 1} given`);
    return await command.run(directory, values);
  };
  return runParsed(command, args, run, { isBadInput });
}

function isBadInput(code: string): boolean {
  return code.startsWith('OPTION_') || code === 'EXPORT_URL_INVALID';
}
