import { COMPARISONS, type Comparison } from './compare.ts';
import { isEnumName } from './names.ts';
import { parseExpression } from './parse-expression.ts';
import type { Call, Condition, Expression, Statement } from './syntax.ts';
import { TokenReader } from './token-reader.ts';

/**
 * Parses `editor(…) where condition`.
 * @throws StatementError with line and column
 * @see OTTL's LANGUAGE.md
 */
export function parseStatement(text: string): Statement {
  const tokens = new TokenReader(text);
  const editor = parseEditor(tokens);
  const where = tokens.take('word', 'where') ? parseOr(tokens) : undefined;
  tokens.finish(where === undefined ? '"where" or the end' : '"and", "or" or the end');
  return { editor, where };
}

/** Parses a condition alone. @throws StatementError with line and column */
export function parseCondition(text: string): Condition {
  const tokens = new TokenReader(text);
  const condition = parseOr(tokens);
  tokens.finish('"and", "or" or the end');
  return condition;
}

function parseEditor(tokens: TokenReader): Call {
  const { kind, text, at } = tokens.peek();
  if (kind !== 'word') throw tokens.expected('the name of an editor such as set');
  if (!/^[a-z]/.test(text)) {
    const why = `${text} changes nothing: it is written as a converter`;
    throw tokens.error(at, `${why}; a statement begins with an editor, in small letters, such as set`);
  }
  const { kind: kindBehind, text: behind } = tokens.peek(1);
  if (kindBehind === 'sign' && (behind === '.' || behind === '['))
    throw tokens.error(at, 'a path is no statement; to change it write set(path, value)');
  if (behind !== '(') throw tokens.error(tokens.peek(1).at, `expected ( behind ${text}`);
  const editor = parseExpression(tokens) as Call;
  if (editor.kind !== 'call') throw tokens.error(at, 'a statement is the call of one editor');
  if (editor.keys.length > 0) throw tokens.error(at, `${text} gives nothing that can have a key`);
  return editor;
}

/** `or` binds less than `and`, and `and` less than `not`. */
function parseOr(tokens: TokenReader): Condition {
  return joined(tokens, 'or', parseAnd);
}

function parseAnd(tokens: TokenReader): Condition {
  return joined(tokens, 'and', parseNot);
}

function joined(
  tokens: TokenReader,
  kind: 'and' | 'or',
  parse: (tokens: TokenReader) => Condition,
): Condition {
  const first = parse(tokens);
  if (!tokens.isNext('word', kind)) return first;
  const parts = [first];
  while (tokens.take('word', kind)) parts.push(parse(tokens));
  return { kind, parts };
}

function parseNot(tokens: TokenReader): Condition {
  if (tokens.take('word', 'not')) return { kind: 'not', part: parsePart(tokens) };
  return parsePart(tokens);
}

function parsePart(tokens: TokenReader): Condition {
  if (tokens.isNext('sign', '(')) return tokens.deeper(() => parseInParentheses(tokens));
  const { at } = tokens.peek();
  const left = parseExpression(tokens);
  const operator = takeComparison(tokens);
  checkOperator(tokens, operator);
  if (operator !== undefined) return { kind: 'compare', operator, left, right: parseExpression(tokens) };
  if (left.kind === 'literal' && typeof left.value === 'boolean')
    return { kind: 'constant', value: left.value };
  if (left.kind === 'call') return { kind: 'test', call: left };
  if (tokens.isNext('word') && !['and', 'or'].includes(tokens.peek().text))
    throw tokens.expected('==, !=, <, <=, > or >=');
  throw tokens.isNext('sign', '=')
    ? tokens.expected('== between two values')
    : tokens.error(at, `${nounOf(left)} is no condition; compare it, with == true for example`);
}

/** `(a + b) * 2 == c` and `(a == b or c)` begin alike: what is no number in parentheses is a condition. */
function parseInParentheses(tokens: TokenReader): Condition {
  const start = tokens.position;
  try {
    const left = parseExpression(tokens);
    const operator = takeComparison(tokens);
    if (operator !== undefined) return { kind: 'compare', operator, left, right: parseExpression(tokens) };
  } catch (error) {
    if (tokens.isTooDeep) throw error;
  }
  tokens.position = start;
  tokens.take('sign', '(');
  const condition = parseOr(tokens);
  tokens.want('sign', ')');
  return condition;
}

function takeComparison(tokens: TokenReader): Comparison | undefined {
  return COMPARISONS.find((operator) => tokens.take('sign', operator));
}

/** `===` and `<>` are two signs each to OTTL, and what follows the first one is no value. */
function checkOperator(tokens: TokenReader, operator: Comparison | undefined): void {
  const isTriple = (operator === '==' || operator === '!=') && tokens.isNext('sign', '=');
  if (isTriple) throw tokens.error(tokens.peek(-1).at, `OTTL writes ${operator}, not ${operator}=`);
  if (operator === '<' && tokens.isNext('sign', '>'))
    throw tokens.error(tokens.peek(-1).at, 'OTTL writes !=, not <>');
}

function nounOf(expression: Expression): string {
  if (expression.kind === 'path') return 'a path';
  if (expression.kind === 'name') return isEnumName(expression.name) ? 'an enum' : 'a name';
  return 'this';
}
