import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { OtelEventsError } from '../errors.ts';
import { escapeControls } from '../escape-controls.ts';
import { nearestName } from '../nearest-name.ts';
import { BrokenPipe } from './output/output.ts';

/** What `parseArgs` makes of the options. */
export type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values'];

/** What commands of every kind have in common. */
export interface CommandLine<Options extends ParseArgsOptionsConfig> {
  /** As it is typed, `otel-events spool ls`. */
  readonly name: string;
  readonly usage: string;
  readonly options: Options;
}

/** How the errors of a kind of commands are told. */
export interface Telling {
  /** Whether something is wrong with what was given: exit status 1. Anything else could not be read or run: 2. */
  readonly isBadInput: (code: string) => boolean;
  /** What could not be done, by system call; `read` for all others. */
  readonly verbs?: Readonly<Record<string, string>>;
}

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** Parses the arguments and runs the command; every error becomes one line. @returns the exit status */
export async function runParsed<Options extends ParseArgsOptionsConfig>(
  command: CommandLine<Options>,
  args: readonly string[],
  run: (operands: readonly string[], values: Values<Options>) => Promise<number>,
  telling: Telling,
): Promise<number> {
  try {
    const options = { ...command.options, ...HELP };
    const { values, positionals } = parsed(options, args);
    if ((values as { help?: boolean }).help) {
      process.stdout.write(`${command.usage}\n`);
      return 0;
    }
    return await run(positionals, values as Values<Options>);
  } catch (error) {
    return statusOf(command.name, error, telling);
  }
}

/** Writes a line to standard error. What it quotes cannot move the cursor or start another one. */
export function tell(line: string): void {
  process.stderr.write(`${escapeControls(line)}\n`);
}

/** Says on standard error what went wrong, in one line. */
export function complain(name: string, code: string, message: string): void {
  tell(`${name}: ${code}: ${message}`);
}

/** Something about the arguments is wrong. */
export function usageError(message: string, fix = 'see --help'): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', message, { fix });
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

function statusOf(name: string, error: unknown, { isBadInput, verbs = {} }: Telling): number {
  // Whoever read the output has seen enough.
  if (error instanceof BrokenPipe) return 0;
  if (error instanceof OtelEventsError) {
    complain(name, error.code, error.message);
    return isBadInput(error.code) ? 1 : 2;
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  complain(name, code, `cannot ${verbs[syscall] ?? 'read'} ${path ?? syscall}`);
  return 2;
}
