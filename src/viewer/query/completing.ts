import type { Field } from './query.ts';
import { readField } from './read-field.ts';

/** What is being written at a place in a query, so that somebody can propose what comes next. */
export interface Completing {
  readonly what: 'name' | 'value';
  /** Of a value: whose it is. */
  readonly fields: readonly Field[];
  /** What is there already of it, without a quotation mark. */
  readonly prefix: string;
  /** What a proposal replaces: offsets into the query. */
  readonly from: number;
  readonly to: number;
}

const NAME = /(?:^|[\s(-])((?!-)[^\s():"]*)$/;
const VALUE =
  /(?:^|[\s(-])(?:"((?:[^"\\]|\\.)*)"|((?!-)[^\s():"]+)):(?:>=|<=|>|<|=)?(?:[^\s(),"]+,|"(?:[^"\\]|\\.)*",)*("?)([^\s(),"]*|(?<=")(?:[^"\\]|\\.)*)$/;

/**
 * Undefined where nothing can be proposed: within quotation marks of words.
 * @param at - of the cursor
 */
export function completing(text: string, at: number): Completing | undefined {
  const before = text.slice(0, at);
  const rest = /^[^\s():,"]*/.exec(text.slice(at))?.[0] ?? '';
  const value = VALUE.exec(before);
  if (value !== null) {
    const [, quotedName, name = quotedName ?? '', mark = '', prefix = ''] = value;
    const closing = mark === '"' && text[at + rest.length] === '"' ? 1 : 0;
    const from = at - prefix.length - mark.length;
    return { what: 'value', fields: readField(name), prefix, from, to: at + rest.length + closing };
  }
  const isQuoted = (before.replace(/\\./g, '').split('"').length - 1) % 2 === 1;
  const name = isQuoted ? null : NAME.exec(before);
  if (name === null) return undefined;
  const [, prefix = ''] = name;
  return { what: 'name', fields: [], prefix, from: at - prefix.length, to: at + rest.length };
}
