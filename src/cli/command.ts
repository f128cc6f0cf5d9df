import type { ParseArgsOptionsConfig } from 'node:util';
import { OtelEventsError } from '../errors.ts';
import { escapeControls, escapeLines } from '../escape-controls.ts';
import { nearestName } from '../nearest-name.ts';
import { parseArgs } from '../node-util.ts';
import { BrokenPipe } from './output/output.ts';

/** Runs a command with what was typed behind its name. @returns the exit status: 0 good, 1 bad input, 2 could not read or run */
export type Command = (args: readonly string[]) => Promise<number>;

/** What `parseArgs` makes of the options. */
export type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values'];

/** What makes a command: its file exports `command`, and its group has a line with it. */
export interface CommandDescription<Options extends ParseArgsOptionsConfig> {
  /** As it is typed, `otel-events spool ls`. */
  readonly name: string;
  /** Printed for `--help`, which every command has. */
  readonly usage: string;
  readonly options: Options;
  /** Whether it takes nothing but options; what is wrong with those is then told in Node's words, without a code. */
  readonly isBare?: boolean;
  /** Whether the first operand is a query, which may begin with a minus. */
  readonly takesQuery?: boolean;
  /** @param operands - what was given beside the options @returns the exit status */
  readonly run: (operands: readonly string[], values: Values<Options>) => Promise<number>;
}

/** Errors that mean: something is wrong with what was given. Anything else could not be read or run. */
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

/** What could not be done, by system call; all others read. */
const VERBS: Readonly<Record<string, string>> = { open: 'open', mkdir: 'make', write: 'write' };

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** Makes a command that parses its arguments and runs; every error becomes a line on standard error. */
export function defineCommand<const Options extends ParseArgsOptionsConfig>(
  description: CommandDescription<Options>,
): Command {
  return async (args) => {
    try {
      const { values, positionals } = parsed(description, args);
      if (!(values as { help?: boolean }).help) return await description.run(positionals, values);
      process.stdout.write(`${description.usage}\n`);
      return 0;
    } catch (error) {
      return statusOf(description.name, error);
    }
  };
}

/** The operands of a command that takes one directory. @throws OtelEventsError `OPTION_INVALID` */
export function oneDirectory([directory, ...others]: readonly string[]): string {
  if (directory === undefined) throw usageError('no directory given');
  if (others.length > 0) throw usageError(`one directory at a time: ${others.length + 1} given`);
  return directory;
}

/** @throws OtelEventsError `OPTION_INVALID` if there are none */
export function wantFiles(files: readonly string[]): void {
  if (files.length === 0) throw usageError('no file given');
}

/** Writes a line to standard error. What it quotes cannot move the cursor or start another one. */
export function tell(line: string): void {
  process.stderr.write(`${escapeControls(line)}\n`);
}

/** Says on standard error what went wrong, in one line. */
export function complain(name: string, code: string, message: string): void {
  tell(`${name}: ${code}: ${message}`);
}

/** What tells the errors of a command that goes on after them. */
export function complainer(
  name: string,
): (error: { readonly code: string; readonly message: string }) => void {
  return ({ code, message }) => complain(name, code, message);
}

/** Something about the arguments is wrong. */
export function usageError(message: string, fix = 'see --help'): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', message, { fix });
}

/** Arguments that are wrong, told without a code. */
class BareUsageError extends Error {}

function parsed<Options extends ParseArgsOptionsConfig>(
  { name, options, isBare = false, takesQuery = false }: CommandDescription<Options>,
  args: readonly string[],
): { readonly values: Values<Options>; readonly positionals: readonly string[] } {
  const all = { ...options, ...HELP };
  const fixOfQuery = `a query that begins with - goes behind --: ${name} -- '-service:worker'`;
  // Node would take `-order.id:5` for the option -o and its value.
  if (takesQuery && beforeEnd(args).some((arg) => DENIED_TERM.test(arg)))
    throw usageError('a query that begins with - looks like options', fixOfQuery);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: all, allowPositionals: !isBare });
    return { values: values as Values<Options>, positionals };
  } catch (error) {
    const { message } = error as Error;
    if (isBare) throw new BareUsageError(message);
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(message) ?? [];
    if (unknown === undefined) throw usageError(message.replace(/\s+/g, ' '));
    const near = nearestName(unknown, Object.keys(all));
    const isTerm = takesQuery && /^Unknown option '-[^-]/.test(message);
    const other = near === undefined ? 'see --help' : `did you mean --${near}?`;
    const fix = isTerm ? fixOfQuery : other;
    throw new OtelEventsError('OPTION_UNKNOWN', `no option --${unknown}`, { fix });
  }
}

const DENIED_TERM = /^-[^-\s][^\s]*:/;

/** What stands in front of `--`. */
function beforeEnd(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

function statusOf(name: string, error: unknown): number {
  // Whoever read the output has seen enough.
  if (error instanceof BrokenPipe) return 0;
  if (error instanceof BareUsageError) {
    tell(`${name}: ${error.message}`);
    return 1;
  }
  if (error instanceof OtelEventsError && error.code === 'QUERY_INVALID') {
    // Below the message stands the query, with a mark.
    process.stderr.write(`${escapeLines(`${name}: ${error.code}: ${error.message}`)}\n`);
    return 1;
  }
  if (error instanceof OtelEventsError) {
    complain(name, error.code, error.message);
    return BAD_INPUT.has(error.code) ? 1 : 2;
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  complain(name, code, `cannot ${VERBS[syscall] ?? 'read'} ${path ?? syscall}`);
  return 2;
}
