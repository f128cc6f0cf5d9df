import { nearestName } from '../../nearest-name.ts';
import type { Comparison, Condition, Field } from './query.ts';
import { queryError } from './query-error.ts';
import { quoted } from './quoted.ts';
import { readDuration } from './read-time.ts';
import { LEAST_SEVERITY, SEVERITIES, SEVERITIES_A_WORD } from './severities.ts';
import { expressionMessage, isExpression } from './word-complaint.ts';

/** What stands behind the colon of a field. */
export interface Comparing {
  readonly is: '=' | '<' | '<=' | '>' | '>=';
  readonly text: string;
  readonly isQuoted: boolean;
  /** Of the text, for complaints. */
  readonly at: number;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const BETWEEN = /^(.+?)\.\.(.+)$/;
const WORDS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** The only values of some fields. */
const CHOICES = new Map<string, readonly string[]>([
  ['kind', ['event', 'log', 'span']],
  ['status', ['ok', 'error', 'unset']],
]);

/** @throws OtelEventsError `QUERY_INVALID` */
export function readComparison(query: string, field: Field, comparing: Comparing): Condition {
  const { is, text, isQuoted, at } = comparing;
  const complain = (message: string): Error => queryError(query, at, message);
  if (!isQuoted && text === '*') {
    if (is !== '=') throw complain(`"*" is any value, and cannot be compared with ${is}; write a number`);
    return { kind: 'exists', field };
  }
  const between = isQuoted || is !== '=' ? null : BETWEEN.exec(text);
  if (between !== null && isBetween(field, between)) {
    const [, least = '', most = ''] = between;
    const ends = [
      { ...comparing, is: '>=' as const, text: least },
      { ...comparing, is: '<=' as const, text: most, at: at + least.length + 2 },
    ];
    return { kind: 'and', parts: ends.map((end) => readComparison(query, field, end)) };
  }
  if (field.of === 'row') {
    if (field.name === 'severity') return readSeverity(field, comparing, complain);
    if (field.name === 'duration') return readLength(field, comparing, complain);
    complainOfChoice(field.name, comparing, complain);
  }
  if (is !== '=') return { kind: 'compare', field, is, value: readOrdered(comparing, complain) };
  if (isQuoted) return { kind: 'compare', field, is, value: text };
  if (isExpression(text)) throw complain(expressionMessage(quoted(text)));
  if (text.includes('*')) return { kind: 'compare', field, is: 'like', value: text };
  return { kind: 'compare', field, is, value: readBare(text), bare: text };
}

/** `1..5`; `a..b` is a text. */
function isBetween(field: Field, [, least = '', most = '']: RegExpExecArray): boolean {
  const isEnd = (text: string): boolean =>
    NUMBER.test(text) ||
    (field.of === 'row' && field.name === 'duration' && readDuration(text) !== undefined) ||
    (field.of === 'row' && field.name === 'severity' && SEVERITIES.has(text.toLowerCase()));
  return isEnd(least) && isEnd(most);
}

function readBare(text: string): Comparison['value'] {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return NUMBER.test(text) ? readNumber(text) : text;
}

/** Exactly what is written, of integers. */
function readNumber(text: string): number | bigint {
  const number = Number(text);
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text.replace('+', '')) : number;
}

/** Texts have an order too, that of their characters: versions, times in ISO 8601. */
function readOrdered(
  { text, isQuoted, is }: Comparing,
  complain: (message: string) => Error,
): string | number | bigint {
  if (!isQuoted && NUMBER.test(text)) return readNumber(text);
  if (!isQuoted && text.includes('*'))
    throw complain(`"${text}" cannot be compared with ${is}; write a number or a text`);
  const ms = isQuoted ? undefined : readDuration(text);
  if (ms !== undefined) {
    throw complain(
      `only duration: knows units; write a number in the unit of the field, such as ${is}${ms} for milliseconds`,
    );
  }
  return text;
}

function readSeverity(
  field: Field,
  { is, text }: Comparing,
  complain: (message: string) => Error,
): Condition {
  const compareOnly = (sign: Comparison['is'], value: number): Condition => ({
    kind: 'compare',
    field,
    is: sign,
    value,
  });
  // What says of itself that it has no severity, as spans do, is not below all others.
  const compare = (sign: Comparison['is'], value: number): Condition =>
    sign.startsWith('<') && value > LEAST_SEVERITY
      ? { kind: 'and', parts: [compareOnly('>=', LEAST_SEVERITY), compareOnly(sign, value)] }
      : compareOnly(sign, value);
  if (NUMBER.test(text)) return compare(is, Number(text));
  const first = SEVERITIES.get(text.toLowerCase());
  if (first === undefined) {
    const words = [...SEVERITIES.keys()];
    const near = nearestName(text, [...words, 'warning']);
    const meant = near === undefined ? '' : `; did you mean ${near === 'warning' ? 'warn' : near}?`;
    throw complain(`"${text}" is no severity; they are ${words.join(', ')}, or numbers of 1 to 24${meant}`);
  }
  const last = first + SEVERITIES_A_WORD - 1;
  if (is === '=') return { kind: 'and', parts: [compareOnly('>=', first), compareOnly('<=', last)] };
  return compare(is, is === '>' || is === '<=' ? last : first);
}

function readLength(field: Field, { is, text }: Comparing, complain: (message: string) => Error): Condition {
  const ms = NUMBER.test(text) ? Number(text) : readDuration(text);
  if (ms === undefined) throw complain(`"${text}" is no duration; write it as 500ms, 1.5s, 2m or 1h`);
  return { kind: 'compare', field, is, value: ms };
}

function complainOfChoice(
  name: string,
  { is, text, isQuoted }: Comparing,
  complain: (message: string) => Error,
): void {
  const choices = CHOICES.get(name);
  if (choices === undefined || (text.includes('*') && !isQuoted)) return;
  if (is === '=' && choices.includes(text)) return;
  throw complain(`${name} is ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
}
