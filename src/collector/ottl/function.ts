import type { Getter } from './getter.ts';
import type { Parameter } from './parameter.ts';
import type { Row } from './row.ts';
import type { Value } from './value.ts';

/** The parameters of a function by name, in their order: those that may be left out come last. */
export type Parameters = { readonly [name: string]: Parameter<unknown> };

type Read<P extends Parameters> = { readonly [N in keyof P]: P[N] extends Parameter<infer T> ? T : never };

/** A function of OTTL. Editors change a record and begin with a small letter, converters make a value. */
export interface OttlFunction {
  readonly name: string;
  readonly parameters: Parameters;
  /** @throws StatementFailure for arguments that cannot be meant */
  readonly create: (args: Readonly<Record<string, unknown>>) => Getter;
}

/** An editor: what it returns is not looked at. */
export function editor<P extends Parameters>(
  name: string,
  parameters: P,
  create: (args: Read<P>) => (row: Row) => void,
): OttlFunction {
  return { name, parameters, create: create as OttlFunction['create'] };
}

/** A converter. */
export function converter<P extends Parameters>(
  name: string,
  parameters: P,
  create: (args: Read<P>) => (row: Row) => Value,
): OttlFunction {
  return { name, parameters, create: create as OttlFunction['create'] };
}
