import { typeOf, type Value } from './value.ts';

/** A statement that cannot be carried out for a record; `error_mode` says what becomes of that. Never holds values. */
export class StatementFailure extends Error {}

/** For what is of another type than a function wants. */
export function wrongType(wanted: string, got: Value): StatementFailure {
  return new StatementFailure(`expected ${wanted}, got ${typeOf(got)}`);
}
