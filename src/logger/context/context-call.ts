import { OtelEventsError } from '../../errors.ts';
import { kindOf } from '../../kind-of.ts';
import type { Diagnostics } from '../diagnostics.ts';

/** One call of `context()`, whichever form it had. */
export interface ContextCall<T> {
  readonly name: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly fn: () => T;
}

/** The arguments of both forms of `context`. */
export type ContextArguments<T> =
  | readonly [fields: object, fn: () => T]
  | readonly [name: string, fields: object, fn: () => T];

/**
 * Tells the forms apart.
 * @throws TypeError if there is nothing to run
 */
export function parseContextCall<T>(args: ContextArguments<T>, diagnostics: Diagnostics): ContextCall<T> {
  const [name, fields, fn] = args.length < 3 ? [undefined, ...args] : args;
  if (typeof fn !== 'function') throw new TypeError(`context(): wanted a function, got ${kindOf(fn)}`);
  return {
    name: name === undefined ? undefined : nameOf(name),
    fields: toFields(fields, diagnostics),
    fn: fn as () => T,
  };
}

/** The name of a context; that of all which have none that can be read is empty. */
export function nameOf(name: unknown): string {
  try {
    return String(name);
  } catch {
    return '';
  }
}

/** A copy of a context, whose getters are read now. What is no object, or throws, counts as empty and is said once. */
export function toFields(fields: unknown, diagnostics: Diagnostics): Readonly<Record<string, unknown>> {
  try {
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { ...fields };
  } catch {
    // A getter threw.
  }
  diagnostics.once('context', () => {
    const message = `a context: wanted an object that can be read, got ${kindOf(fields)}; it is entered empty`;
    return new OtelEventsError('EVENT_INVALID', `${message}; this is said once`);
  });
  return {};
}
