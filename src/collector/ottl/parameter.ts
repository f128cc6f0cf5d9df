import { toText } from './convert-value.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { StatementFailure, wrongType } from './failure.ts';
import { type Accessor, type Getter, mapped } from './getter.ts';
import { Pattern } from './pattern.ts';
import type { Row } from './row.ts';
import type { Expression } from './syntax.ts';
import { Duration, Instant, OttlList, OttlMap, type Value } from './value.ts';

/** What a function takes in one place: an expression becomes what the function works with. */
export interface Parameter<T> {
  /** @throws StatementError for an expression that cannot be meant */
  readonly read: (expression: Expression, reader: ExpressionReader) => T;
  readonly isOptional: boolean;
}

function parameter<T>(read: Parameter<T>['read']): Parameter<T> {
  return { read, isOptional: false };
}

/** A parameter that may be left out. */
export function optional<T>({ read }: Parameter<T>): Parameter<T | undefined> {
  return { read, isOptional: true };
}

/** Any value. */
export const value = parameter<Getter>((expression, reader) => reader.getter(expression));

/** A path, to be read and set. */
export const path = parameter<Accessor>((expression, reader) => reader.accessor(expression));

/** Any value, converted; at once, and with an error at the start, where it is the same for all records. */
export function converted<T>(convert: (value: Value) => T): Parameter<Getter<T>> {
  return parameter((expression, reader) =>
    reader.guarded(expression, () => mapped(reader.getter(expression), convert)),
  );
}

export const string = converted(asString);
export const int = converted(asInt);
export const map = converted(asMap);
export const list = converted(asList);
export const time = converted((given) => {
  if (given instanceof Instant) return given;
  throw wrongType('a time', given);
});
export const duration = converted((given) => {
  if (given instanceof Duration) return given;
  throw wrongType('a duration', given);
});

/** Anything as text; nil stays nil. */
export const stringLike = converted(toText);

/** Anything as bytes; nil has none. */
export const bytesLike = converted(toBytes);

/** A path to a map. */
export const mapPath = parameter<Omit<Accessor, 'get'> & { get: Getter<OttlMap> }>((expression, reader) => {
  const { get, set, removeKey } = reader.accessor(expression);
  return { get: mapped(get, asMap), set, removeKey };
});

/** A path to a list. */
export const listPath = parameter<{ get: Getter<OttlList>; set: Accessor['set'] }>((expression, reader) => {
  const { get, set } = reader.accessor(expression);
  return { get: mapped(get, asList), set };
});

/** A string that is the same for all records: it is written in the statement. */
export const fixedString = fixed((given): given is string => typeof given === 'string', 'a string in quotes');
export const fixedInt = fixed((given): given is bigint => typeof given === 'bigint', 'an int');
export const fixedBool = fixed((given): given is boolean => typeof given === 'boolean', 'true or false');

function fixed<T extends Value>(isFit: (value: Value) => value is T, wanted: string): Parameter<T> {
  return parameter((expression, reader) => {
    if (expression.kind === 'literal' && isFit(expression.value)) return expression.value;
    throw reader.error(expression, `expected ${wanted}, written here: it is read when the collector starts`);
  });
}

/** Several of them, between `[` and `]`. */
export function several<T>(one: Parameter<T>): Parameter<readonly T[]> {
  return parameter((expression, reader) => {
    if (expression.kind !== 'list') throw reader.error(expression, 'expected a list in [ ]');
    return expression.items.map((item) => one.read(item, reader));
  });
}

/** A regular expression; compiled once, unless it depends on the record. */
export const regex = parameter<Getter<Pattern>>((expression, reader) =>
  reader.guarded(expression, () => mapped(string.read(expression, reader), patternOf)),
);

/** The name of a converter of one string, to be applied to something. */
export const functionName = parameter<(row: Row, input: string) => string>((expression, reader) => {
  if (expression.kind !== 'name')
    throw reader.error(expression, 'expected the name of a converter such as SHA256');
  let input = '';
  const call = reader.callWith(expression, () => input);
  return (row, given) => {
    input = given;
    return asString(call(row));
  };
});

/** So many patterns of other people's making are kept compiled. */
const MAX_PATTERNS = 100;
const patterns = new Map<string, Pattern>();

function patternOf(source: string): Pattern {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const made = compiled(source);
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(source, made);
  return made;
}

function compiled(source: string): Pattern {
  try {
    return new Pattern(source);
  } catch (error) {
    throw new StatementFailure(`not a regular expression of RE2: ${(error as Error).message}`);
  }
}

function asString(given: Value): string {
  if (typeof given === 'string') return given;
  throw wrongType('a string', given);
}

function asInt(given: Value): bigint {
  if (typeof given === 'bigint') return given;
  throw wrongType('an int', given);
}

function asMap(given: Value): OttlMap {
  if (given instanceof OttlMap) return given;
  throw wrongType('a map', given);
}

function asList(given: Value): OttlList {
  if (given instanceof OttlList) return given;
  throw wrongType('a list', given);
}

function toBytes(given: Value): Uint8Array {
  if (given === undefined) return new Uint8Array();
  if (given instanceof Uint8Array) return given;
  if (typeof given === 'string') return Buffer.from(given);
  if (typeof given === 'boolean') return Uint8Array.of(given ? 1 : 0);
  const bytes = Buffer.alloc(8);
  if (typeof given === 'bigint') bytes.writeBigInt64BE(given);
  else if (typeof given === 'number') bytes.writeDoubleBE(given);
  else throw wrongType('what has bytes', given);
  return bytes;
}
