import type { Accessor, Getter } from './getter.ts';
import type { StatementError } from './statement-error.ts';
import type { Expression, Name } from './syntax.ts';

/** What the parameters of functions read expressions with. */
export interface ExpressionReader {
  /** @throws StatementError */
  getter(expression: Expression): Getter;
  /** A path, to be set as well. @throws StatementError for anything else */
  accessor(expression: Expression): Accessor;
  /** A function that is named and not called, with what it is to be called with. @throws StatementError */
  callWith(name: Name, input: Getter): Getter;
  /** Runs what may find that an expression cannot be meant, and says where that stands. */
  guarded<T>(expression: Expression, run: () => T): T;
  error(place: { readonly at: number }, message: string): StatementError;
}
