import type { ParseArgsOptionsConfig } from 'node:util';
import { type CommandLine, runParsed, usageError, type Values } from '../run-parsed.ts';

/** A command that takes files, or a directory and what in it. */
export interface Tool<Options extends ParseArgsOptionsConfig> extends CommandLine<Options> {
  /** @returns the exit status */
  readonly run: (operands: readonly string[], values: Values<Options>) => Promise<number>;
}

const BAD_INPUT = new Set([
  'OPTION_INVALID',
  'OPTION_UNKNOWN',
  'SCHEMA_INVALID',
  'SCHEMA_DUPLICATE',
  'SCHEMA_UNKNOWN',
  'SCHEMA_ASYNC',
  'EVENT_INVALID',
  'EXPORT_URL_INVALID',
]);

/** Calls of tools may be about writing. */
const VERBS: Readonly<Record<string, string>> = { open: 'open', mkdir: 'make', write: 'write' };

/** Parses the arguments and runs the tool; every error becomes one line. @returns the exit status */
export function runTool<Options extends ParseArgsOptionsConfig>(
  tool: Tool<Options>,
  args: readonly string[],
): Promise<number> {
  return runParsed(tool, args, tool.run, { isBadInput: (code) => BAD_INPUT.has(code), verbs: VERBS });
}

/** @throws OtelEventsError `OPTION_INVALID` if there are none */
export function wantFiles(files: readonly string[]): void {
  if (files.length === 0) throw usageError('no file given');
}
