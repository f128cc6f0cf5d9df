import { RANGE_NAMES } from '../query/read-range.ts';
import { type Token, tokenize } from '../query/tokenize.ts';

/** A query in its two parts, as texts. */
export interface QueryParts {
  /** All but the time; in parentheses if it is alternatives, so that something can stand beside it. */
  readonly where: string;
  /** `last:2h`, `since:… until:…`, or empty. */
  readonly range: string;
}

/** Takes a query apart. One that cannot be read stays whole: the server says what is wrong with it. */
export function queryParts(query: string): QueryParts {
  const tokens = tokensOf(query);
  if (tokens === undefined) return { where: query.trim(), range: '' };
  const ranges: string[] = [];
  const rest: string[] = [];
  let from = 0;
  let depth = 0;
  let isAlternatives = false;
  tokens.forEach((token, index) => {
    if (token.kind === 'mark') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth > 0 || token.kind !== 'word') return;
    const isValue = tokens[index - 1]?.text === ':' && tokens[index - 1]?.end === token.at;
    if (token.text.toLowerCase() === 'or' && !isValue) isAlternatives = true;
    const value = tokens[index + 2];
    if (isValue || !RANGE_NAMES.has(token.text) || tokens[index + 1]?.text !== ':' || value === undefined)
      return;
    ranges.push(query.slice(token.at, value.end));
    rest.push(query.slice(from, token.at).trim());
    from = value.end;
  });
  const where = [...rest, query.slice(from).trim()].filter((part) => part !== '').join(' ');
  return { where: isAlternatives ? `(${where})` : where, range: ranges.join(' ') };
}

/** The query, and this as well. */
export function withTerm(query: string, term: string): string {
  const { where, range } = queryParts(query);
  if (` ${where} `.includes(` ${term} `)) return query;
  return [where, term, range].filter((part) => part !== '').join(' ');
}

/** The query with this range instead of its own; empty for all times. */
export function withRange(query: string, range: string): string {
  const { where } = queryParts(query);
  return [range === '' ? unwrapped(where) : where, range].filter((part) => part !== '').join(' ');
}

/** From one time until another, in milliseconds of the Unix epoch; in UTC, so that it means the same on every machine. */
export function rangeOf(fromMs: number, toMs: number): string {
  return `since:${new Date(fromMs).toISOString()} until:${new Date(toMs).toISOString()}`;
}

function unwrapped(where: string): string {
  const isOneGroup = /^\([^()]*\)$/.test(where);
  return isOneGroup ? where.slice(1, -1) : where;
}

function tokensOf(query: string): Token[] | undefined {
  try {
    return tokenize(query);
  } catch {
    return undefined;
  }
}
