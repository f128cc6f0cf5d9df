import { OtelEventsError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { parseQuery } from '../query/parse-query.ts';
import type { Field, Query } from '../query/query.ts';
import { QueryError } from '../query/query-error.ts';
import { readField } from '../query/read-field.ts';
import { readDuration } from '../query/read-time.ts';
import { STATS, type Stat } from '../store/event-store.ts';
import { type JsonSchema, TEXT } from './json-schema.ts';

/** A parameter of a route: how it is told, and how it is read. */
export interface Param<T> {
  readonly description: string;
  readonly schema: JsonSchema;
  /** May be given several times, within bounds. */
  readonly times?: { readonly least: number; readonly most: number };
  readonly isRequired?: boolean;
  /** @throws OtelEventsError `OPTION_INVALID` or `QUERY_INVALID` */
  readonly read: (texts: readonly string[], name: string) => T;
}

export type Params = Readonly<Record<string, Param<unknown>>>;

export type Values<P extends Params> = {
  readonly [name in keyof P]: P[name] extends Param<infer T> ? T : never;
};

/** A query that cannot be read, and the parameter that it stands in. */
export class ParamQueryError extends QueryError {
  readonly param: string;

  constructor({ message, at }: QueryError, param: string) {
    super(message, at);
    this.param = param;
  }
}

/** The most parameters of one name, and the most characters of one that is no query. */
const MAX_TIMES = 20;
const MAX_LENGTH = 2000;

const QUERY_SCHEMA: JsonSchema = { ...TEXT, maxLength: 10_000 };
const SHORT: JsonSchema = { ...TEXT, maxLength: MAX_LENGTH };
const FIELD: JsonSchema = { ...SHORT, minLength: 1 };

/** Reads parameters as they came. @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID` or `QUERY_INVALID` */
export function readParams<P extends Params>(params: P, given: URLSearchParams): Values<P> {
  const names = Object.keys(params);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    const near = nearestName(name, names);
    const fix = near === undefined ? `there are ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
    throw new OtelEventsError('OPTION_UNKNOWN', 'there is no parameter of a name that was given', { fix });
  }
  const read = names.map((name) => [
    name,
    readParam(params[name] as Param<unknown>, name, given.getAll(name)),
  ]);
  return Object.fromEntries(read) as Values<P>;
}

function readParam(param: Param<unknown>, name: string, texts: readonly string[]): unknown {
  const { least, most } = param.times ?? { least: param.isRequired ? 1 : 0, most: 1 };
  if (texts.length > most) throw invalid(name, `it at most ${most === 1 ? 'once' : `${most} times`}`);
  if (texts.length < least) throw invalid(name, least === 1 ? 'it' : `it at least ${least} times`);
  return param.read(texts, name);
}

export function queryParam(description: string): Param<Query> {
  return { description, schema: QUERY_SCHEMA, read: ([text = ''], name) => readQuery(text, name) };
}

/** Queries that say what has to hold, and not when. */
export function conditionsParam(
  description: string,
  times: { readonly least: number; readonly most: number },
): Param<readonly Query['where'][]> {
  return {
    description,
    schema: QUERY_SCHEMA,
    times,
    isRequired: true,
    read: (texts, name) => texts.map((text) => readCondition(text, name)),
  };
}

/** A text as it is. */
export function textParam(description: string, schema: JsonSchema = SHORT): Param<string | undefined> {
  return {
    description,
    schema,
    read: ([text], name) => {
      if (text !== undefined && text.length > (schema.maxLength as number))
        throw invalid(name, `at most ${schema.maxLength} characters`);
      return text;
    },
  };
}

/** A text that has to be there, as one in the path is. */
export function requiredTextParam(description: string): Param<string> {
  const { read, ...rest } = textParam(description);
  return { ...rest, isRequired: true, read: (texts, name) => read(texts, name) as string };
}

/** The text of a query, for who works on the text. */
export function queryTextParam(description: string): Param<string> {
  const { read, ...rest } = textParam(description, QUERY_SCHEMA);
  return { ...rest, read: (texts, name) => read(texts, name) ?? '' };
}

export function wholeParam(
  description: string,
  bounds: readonly [least: number, most: number],
): Param<number | undefined>;
export function wholeParam(
  description: string,
  bounds: readonly [least: number, most: number],
  fallback: number,
): Param<number>;
export function wholeParam(
  description: string,
  [least, most]: readonly [least: number, most: number],
  fallback?: number,
): Param<number | undefined> {
  return {
    description,
    schema: {
      type: 'integer',
      minimum: least,
      maximum: most,
      ...(fallback === undefined ? {} : { default: fallback }),
    },
    read: ([text], name) => {
      if (text === undefined) return fallback;
      const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      if (number >= least && number <= most) return number;
      throw invalid(name, `a whole number from ${least} to ${most}`);
    },
  };
}

export function oneOfParam<const T extends string>(
  description: string,
  values: readonly [T, ...T[]],
): Param<T> {
  return {
    description,
    schema: { enum: values, default: values[0] },
    read: ([text = values[0]], name) => {
      const value = values.find((one) => one === text);
      if (value === undefined) throw invalid(name, values.join(' or '));
      return value;
    },
  };
}

export function fieldParam(description: string): Param<NamedField | undefined> {
  return {
    description,
    schema: FIELD,
    read: ([text], name) => (text === undefined ? undefined : field(text, name)),
  };
}

export function fieldsParam(description: string): Param<readonly NamedField[]> {
  return {
    description,
    schema: FIELD,
    times: { least: 1, most: MAX_TIMES },
    isRequired: true,
    read: (texts, name) => texts.map((text) => field(text, name)),
  };
}

/** A field, and how the caller calls it. */
export interface NamedField {
  readonly text: string;
  readonly field: Field;
}

export function statsParam(description: string): Param<readonly { stat: Stat; field: Field }[]> {
  return {
    description,
    schema: { ...SHORT, pattern: `^(${STATS.join('|')}):.` },
    times: { least: 0, most: MAX_TIMES },
    read: (texts, name) =>
      texts.map((text) => {
        const [, word, of] = /^(\w+):(.+)$/s.exec(text) ?? [];
        const stat = STATS.find((one) => one === word);
        if (stat === undefined || of === undefined)
          throw invalid(name, `${STATS.join(', ')} and a field, such as avg:duration`);
        return { stat, field: field(of, name).field };
      }),
  };
}

/** @returns milliseconds */
export function durationParam(description: string): Param<number | undefined> {
  return {
    description,
    schema: {
      ...TEXT,
      maxLength: 40,
      pattern: '^[1-9]\\d{0,9}(us|ms|min|s|m|h|d|w)([1-9]\\d{0,9}(us|ms|min|s|m|h|d|w))*$',
      examples: ['30m', '1h', '1d12h'],
    },
    read: ([text], name) => {
      if (text === undefined) return undefined;
      const ms = readDuration(text);
      if (!ms) throw invalid(name, 'a duration above 0, such as 30m or 1h');
      return ms;
    },
  };
}

function readQuery(text: string, name: string): Query {
  try {
    return parseQuery(text, Date.now());
  } catch (error) {
    throw error instanceof QueryError ? new ParamQueryError(error, name) : error;
  }
}

function readCondition(text: string, name: string): Query['where'] {
  const { where, range } = readQuery(text, name);
  if (range.fromMs === undefined && range.toMs === undefined) return where;
  throw invalid(name, 'no range of time, which belongs into q');
}

/** Of several fields that a name may mean, such as `data.total`, the one that an app's data is in. */
function field(text: string, name: string): NamedField {
  const found = text.length > MAX_LENGTH || text === '' ? undefined : readField(text)[0];
  if (found === undefined) throw invalid(name, `the name of a field, of at most ${MAX_LENGTH} characters`);
  return { text, field: found };
}

/** What was given is not repeated: it may be anything. */
function invalid(name: string, wanted: string): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `${name}: wanted ${wanted}`);
}
