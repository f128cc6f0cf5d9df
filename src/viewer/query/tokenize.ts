import { queryError } from './query-error.ts';

/** A piece of a query. */
export type Token =
  /** A word as it stands, up to white space, a parenthesis, a quotation mark, a colon or a comma. */
  | { readonly kind: 'word'; readonly text: string; readonly at: number; readonly end: number }
  /** Between quotation marks; what they held, with its escapes undone. */
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'mark'; readonly text: Mark; readonly at: number; readonly end: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number; readonly end: number };

/** `-` only in front of something; signs of comparison only behind a colon. */
export type Mark = '(' | ')' | ':' | ',' | '-' | '>' | '>=' | '<' | '<=' | '=' | '!=';

const MARK = /[():]/y;
const COMPARISON = /(?:>=|<=|!=|>|<|=)/y;
const COMMA = /,/y;
const SPACE = /\s+/y;
const WORD = /[^\s():"]+/y;
// In a value a colon is a part of it: 2026-11-30T10:00, urn:x, 10:30.
const VALUE = /[^\s(),"]+/y;

/** @throws OtelEventsError `QUERY_INVALID` for a quotation mark without its end */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // A comma stands between values; in words it is one of their characters.
  let isBehindValue = false;
  for (let at = 0; at < text.length; ) {
    const space = match(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      isBehindValue = false;
      continue;
    }
    const isValue = expectsValue(tokens.at(-1), at);
    const token: Token = isBehindValue && text[at] === ',' ? mark(',', at) : next(text, at, isValue);
    isBehindValue = isValue && token.kind !== 'mark';
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return tokens;
}

function next(text: string, at: number, isValue: boolean): Token {
  if (text[at] === '"') return quoted(text, at);
  const comparison = isValue ? match(COMPARISON, text, at) : undefined;
  // Where a value should be a comma begins none.
  const found = comparison ?? match(MARK, text, at) ?? (isValue ? match(COMMA, text, at) : minus(text, at));
  if (found !== undefined) return mark(found as Mark, at);
  const word = match(isValue ? VALUE : WORD, text, at) as string;
  return { kind: 'word', text: word, at, end: at + word.length };
}

function mark(text: Mark, at: number): Token {
  return { kind: 'mark', text, at, end: at + text.length };
}

/** Behind `field:`, `field:>` and `field:a,`, with nothing between. */
function expectsValue(before: Token | undefined, at: number): boolean {
  if (before?.kind !== 'mark' || before.end !== at) return false;
  return before.text !== '(' && before.text !== ')' && before.text !== '-';
}

/** A minus that denies what follows; one before white space is a word. */
function minus(text: string, at: number): '-' | undefined {
  return text[at] === '-' && /[^\s)]/.test(text[at + 1] ?? ' ') ? '-' : undefined;
}

function quoted(text: string, at: number): Token {
  let value = '';
  for (let end = at + 1; end < text.length; end++) {
    const character = text[end] as string;
    if (character === '"') return { kind: 'quoted', text: value, at, end: end + 1 };
    if (character === '\\' && /["\\]/.test(text[end + 1] ?? '')) end++;
    value += text[end];
  }
  throw queryError(
    text,
    at,
    'this quotation mark has no end; write a second ", or \\" for one that is meant',
  );
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
