import { cutText } from '../values/cut-text.ts';
import { isError } from '../values/describe-error.ts';
import { fieldOf, UNREADABLE } from '../values/field-of.ts';
import { TRUNCATED } from '../values/value-copier.ts';
import { CIRCULAR } from '../values/value-writer.ts';

/** How deep the errors behind an error are followed, how many are shown, and how much of each. */
const MAX_DEPTH = 16;
const MAX_ERRORS = 64;
const MAX_ERROR_BYTES = 16 * 1024;

/** How a cause that is no error is shown: nothing of the caller's is run. */
const INSPECT = {
  depth: 2,
  customInspect: false,
  getters: false,
  maxArrayLength: 10,
  maxStringLength: 1000,
} as const;

/**
 * The stack of an error and those of the errors behind it (`cause`, the `errors` of an `AggregateError`, the two of a
 * `SuppressedError`), as Node prints them; only the other fields are left out. Throws what its getters throw.
 * @returns undefined if nothing is known but type and message
 */
export function traceOf(error: Error): string | undefined {
  const { stack } = error;
  const around = new Around();
  around.errors.push(error);
  const behind = linesBehind(error, around);
  if (behind.length === 0) return stack && String(stack);
  return withBehind(headOf(error), behind);
}

/** Loaded here: an import of `node:util` runs all of its getters, one of which loads the network. */
function inspected(value: unknown): string {
  return cutText(process.getBuiltinModule('node:util').inspect(value, INSPECT), MAX_ERROR_BYTES);
}

/** What is around the error that is shown, and how many more there is room for. */
class Around {
  readonly errors: unknown[] = [];
  left = MAX_ERRORS;
}

function headOf(error: Error): string {
  const { stack } = error;
  return stack ? String(stack) : `${error.name}: ${error.message}`;
}

function withBehind(head: string, behind: readonly string[]): string {
  return `${head} {\n${behind.map((text) => `  ${text.replaceAll('\n', '\n  ')}`).join(',\n')}\n}`;
}

/** Nothing of it if a trap of the caller's throws: the error itself is still shown. */
function linesBehind(error: Error, around: Around): string[] {
  try {
    return readLinesBehind(error, around);
  } catch {
    return [];
  }
}

function readLinesBehind(error: Error, around: Around): string[] {
  const lines: string[] = [];
  const cause = fieldOf(error, 'cause');
  if (cause !== undefined && typeof cause !== 'function') lines.push(`[cause]: ${shown(cause, around)}`);
  const errors = errorsOf(error);
  if (errors.length > 0) lines.push(`[errors]: ${shownList(errors, around)}`);
  if (!Object.hasOwn(error, 'suppressed')) return lines;
  for (const name of ['error', 'suppressed']) lines.push(`[${name}]: ${shown(fieldOf(error, name), around)}`);
  return lines;
}

/** A list that an app has put there itself may be anything: of that only errors are shown. */
function errorsOf(error: Error): readonly unknown[] {
  const descriptor = Object.getOwnPropertyDescriptor(error, 'errors');
  const { errors } = error as { errors?: unknown };
  if (descriptor === undefined || !Array.isArray(errors)) return [];
  const first = errors.slice(0, MAX_ERRORS + 1);
  return descriptor.enumerable ? first.filter(isError) : first;
}

function shownList(errors: readonly unknown[], around: Around): string {
  const items = errors.map((each) => `  ${shown(each, around).replaceAll('\n', '\n  ')}`);
  return `[\n${items.join(',\n')}\n]`;
}

function shown(value: unknown, around: Around): string {
  if (around.errors.includes(value)) return CIRCULAR;
  if (around.left-- <= 0 || around.errors.length > MAX_DEPTH) return TRUNCATED;
  try {
    if (!isError(value)) return inspected(value);
    const head = cutText(headOf(value), MAX_ERROR_BYTES);
    around.errors.push(value);
    const behind = linesBehind(value, around);
    return behind.length === 0 ? head : withBehind(head, behind);
  } catch {
    return UNREADABLE;
  } finally {
    if (around.errors.at(-1) === value) around.errors.pop();
  }
}
