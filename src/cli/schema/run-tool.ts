import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { OtelEventsError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { BrokenPipe } from '../spool/output.ts';
import { complain, usageError, type Values } from '../spool/run-command.ts';

/** A command that takes files, or a directory and what in it. */
export interface Tool<Options extends ParseArgsOptionsConfig> {
  /** As it is typed, `otel-events validate`. */
  readonly name: string;
  readonly usage: string;
  readonly options: Options;
  /** @returns the exit status */
  readonly run: (operands: readonly string[], values: Values<Options>) => Promise<number>;
}

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** Parses the arguments and runs the tool; every error becomes one line. @returns the exit status */
export async function runTool<Options extends ParseArgsOptionsConfig>(
  tool: Tool<Options>,
  args: readonly string[],
): Promise<number> {
  try {
    const options = { ...tool.options, ...HELP };
    const { values, positionals } = parsed(options, args);
    if ((values as { help?: boolean }).help) {
      process.stdout.write(`${tool.usage}\n`);
      return 0;
    }
    return await tool.run(positionals, values as Values<Options>);
  } catch (error) {
    return statusOf(tool.name, error);
  }
}

/** @throws OtelEventsError `OPTION_INVALID` if there are none */
export function wantFiles(files: readonly string[]): void {
  if (files.length === 0) throw usageError('no file given');
}

function parsed<Options extends ParseArgsOptionsConfig>(options: Options, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const { message } = error as Error;
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(message) ?? [];
    if (unknown === undefined) throw usageError(message.replace(/\s+/g, ' '));
    const near = nearestName(unknown, Object.keys(options));
    const fix = near === undefined ? 'see --help' : `did you mean --${near}?`;
    throw new OtelEventsError('OPTION_UNKNOWN', `no option --${unknown}`, { fix });
  }
}

/** What is wrong with what was given; anything else could not be read or run. */
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

/** What could not be done, for calls that may be about writing. */
const VERBS: Readonly<Record<string, string>> = { open: 'open', mkdir: 'make', write: 'write' };

function statusOf(name: string, error: unknown): number {
  // Whoever read the output has seen enough.
  if (error instanceof BrokenPipe) return 0;
  if (error instanceof OtelEventsError) {
    complain(name, error.code, error.message);
    return BAD_INPUT.has(error.code) ? 1 : 2;
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  complain(name, code, `cannot ${VERBS[syscall] ?? 'read'} ${path ?? syscall}`);
  return 2;
}
