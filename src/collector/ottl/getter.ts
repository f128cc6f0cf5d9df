import type { Row } from './row.ts';
import type { Value } from './value.ts';

/** A compiled expression. */
export interface Getter<T = Value> {
  (row: Row): T;
  /** What it gives whatever the record is. */
  readonly constant?: { readonly value: T };
}

/** A path that can be set as well. */
export interface Accessor {
  readonly get: Getter;
  /** @throws StatementFailure for a value of another type than the field has */
  readonly set: (row: Row, value: Value) => void;
  /** Of a map, all of which need not be read for that. */
  readonly removeKey?: ((row: Row, key: string) => void) | undefined;
}

/** An expression that gives the same for every record. */
export function constant<T>(value: T): Getter<T> {
  return Object.assign(() => value, { constant: { value } });
}

/** Gives what is made of the value of another expression; at once if that is the same for every record. */
export function mapped<T, U>(getter: Getter<T>, convert: (value: T) => U): Getter<U> {
  if (getter.constant !== undefined) return constant(convert(getter.constant.value));
  return (row) => convert(getter(row));
}
