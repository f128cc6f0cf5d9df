import type { MathOperator } from './calculate.ts';
import { MAX_INT, MIN_INT } from './int64.ts';
import { isPathName } from './names.ts';
import type { Argument, Expression, Segment } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';
import type { Token } from './tokenize.ts';

/** Words of other languages and styles, which are nothing in OTTL. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['null', 'undefined', 'None', 'Null', 'NULL', 'Nil', 'NIL'].map((word) => [word, 'nil'] as const),
  ...['and', 'or', 'not', 'where', 'true', 'false'].flatMap((word) => [
    [word.toUpperCase(), word] as const,
    [`${word.charAt(0).toUpperCase()}${word.slice(1)}`, word] as const,
  ]),
]);

/** Parses what has a value: `*` and `/` bind more than `+` and `-`. @throws StatementError */
export function parseExpression(tokens: TokenReader): Expression {
  return tokens.deeper(() => parseMath(tokens, ['+', '-'], () => parseMath(tokens, ['*', '/'], parseSigned)));
}

function parseMath(
  tokens: TokenReader,
  operators: readonly MathOperator[],
  parse: (tokens: TokenReader) => Expression,
): Expression {
  let left = parse(tokens);
  for (;;) {
    const { at } = tokens.peek();
    const operator = operators.find((sign) => tokens.take('sign', sign));
    if (operator === undefined) return left;
    left = { kind: 'math', operator, left, right: parse(tokens), at };
  }
}

function parseSigned(tokens: TokenReader): Expression {
  const { at } = tokens.peek();
  if (tokens.take('sign', '+')) return parseOne(tokens, '');
  if (!tokens.take('sign', '-')) return parseOne(tokens, '');
  // A number and its sign are one: the smallest int has no counterpart without.
  if (tokens.isNext('int') || tokens.isNext('float')) return parseOne(tokens, '-');
  return { kind: 'negate', operand: parseOne(tokens, ''), at };
}

function parseOne(tokens: TokenReader, sign: '' | '-'): Expression {
  const { kind, text, at } = tokens.peek();
  switch (kind) {
    case 'string':
      return literal(tokens.next(), text);
    case 'int':
      return literal(tokens.next(), parseInt64(tokens, `${sign}${text}`, at));
    case 'float':
      return literal(tokens.next(), Number(`${sign}${text}`));
    case 'bytes':
      if (text.length % 2 !== 0) throw tokens.error(at, 'a byte has two digits, and one is missing');
      return literal(tokens.next(), Buffer.from(text.slice(2), 'hex'));
    case 'word':
      return parseWord(tokens);
    case 'sign':
      return parseBracketed(tokens);
    case 'end':
      throw tokens.expected('a value');
  }
}

function literal(
  { at }: Token,
  value: string | bigint | number | boolean | Uint8Array | undefined,
): Expression {
  return { kind: 'literal', value, at };
}

function parseInt64(tokens: TokenReader, digits: string, at: number): bigint {
  const value = BigInt(digits);
  if (value < MIN_INT || value > MAX_INT)
    throw tokens.error(at, 'an int has 64 bits, and this one needs more');
  return value;
}

function parseBracketed(tokens: TokenReader): Expression {
  const { at } = tokens.peek();
  if (tokens.take('sign', '(')) {
    const inside = parseExpression(tokens);
    if (tokens.isNext('sign', ',')) throw tokens.error(at, 'this engine has no lambda expressions');
    tokens.want('sign', ')');
    if (tokens.isNext('sign', '=>')) throw tokens.error(at, 'this engine has no lambda expressions');
    return inside;
  }
  if (tokens.take('sign', '[')) {
    return { kind: 'list', items: separated(tokens, ']', () => parseExpression(tokens)), at };
  }
  if (tokens.take('sign', '{'))
    return { kind: 'map', entries: separated(tokens, '}', () => parseEntry(tokens)), at };
  throw tokens.expected('a value');
}

function parseEntry(tokens: TokenReader): { key: string; value: Expression } {
  if (!tokens.isNext('string')) throw tokens.expected('a key in double quotes');
  const { text: key } = tokens.next();
  tokens.want('sign', ':');
  return { key, value: parseExpression(tokens) };
}

/** What stands between commas, up to the sign that closes it. */
function separated<T>(tokens: TokenReader, closing: string, parse: () => T): T[] {
  const found: T[] = [];
  if (tokens.take('sign', closing)) return found;
  do {
    // Behind the last entry of a map a comma may stand, as in the OpenTelemetry Collector.
    if (closing === '}' && found.length > 0 && tokens.isNext('sign', closing)) break;
    found.push(parse());
  } while (tokens.take('sign', ','));
  if (!tokens.take('sign', closing)) throw tokens.expected(`, or ${closing}`);
  return found;
}

function parseWord(tokens: TokenReader): Expression {
  const { text, at } = tokens.peek();
  if (text === 'nil') return literal(tokens.next(), undefined);
  if (text === 'true' || text === 'false') return literal(tokens.next(), text === 'true');
  if (text === 'and' || text === 'or' || text === 'not') throw tokens.expected('a value');
  const meant = MEANT.get(text);
  if (meant !== undefined) throw tokens.error(at, `OTTL writes ${meant}, not ${text}`);
  if (tokens.peek(1).text === '(' && tokens.peek(1).kind === 'sign') return parseCall(tokens);
  if (/^[A-Z]/.test(text)) {
    tokens.next();
    return { kind: 'name', name: text, at };
  }
  return parsePath(tokens);
}

function parseCall(tokens: TokenReader): Expression {
  const { text: name, at } = tokens.next();
  tokens.want('sign', '(');
  const args = separated(tokens, ')', () => parseArgument(tokens));
  const late = args.find(
    (argument, index) => argument.name === undefined && args[index - 1]?.name !== undefined,
  );
  if (late !== undefined) throw tokens.error(late.at, 'arguments with a name stand behind all others');
  return { kind: 'call', name, args, keys: parseKeys(tokens), at };
}

function parseArgument(tokens: TokenReader): Argument {
  const { kind, text, at } = tokens.peek();
  const hasName = kind === 'word' && tokens.peek(1).kind === 'sign' && tokens.peek(1).text === '=';
  if (hasName) {
    tokens.next();
    tokens.next();
  }
  return { name: hasName ? text : undefined, value: parseExpression(tokens), at };
}

function parsePath(tokens: TokenReader): Expression {
  const { at } = tokens.peek();
  const segments: Segment[] = [];
  do {
    const { kind, text, at: place } = tokens.peek();
    if (kind !== 'word') throw tokens.expected('the name of a field');
    if (!isPathName(text)) throw tokens.error(place, whyNoField(text));
    tokens.next();
    segments.push({ name: text, keys: parseKeys(tokens), at: place });
  } while (tokens.take('sign', '.'));
  return { kind: 'path', segments, at };
}

function whyNoField(given: string): string {
  const meant = given.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const hint = isPathName(meant) ? `; did you mean ${meant}?` : '';
  return `fields are written in small letters, digits and _${hint}`;
}

function parseKeys(tokens: TokenReader): Expression[] {
  const keys: Expression[] = [];
  while (tokens.take('sign', '[')) {
    keys.push(parseExpression(tokens));
    if (!tokens.take('sign', ']')) throw tokens.expected(']');
  }
  return keys;
}
