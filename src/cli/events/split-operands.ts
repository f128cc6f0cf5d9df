import { existsSync } from 'node:fs';
import { usageError } from '../command.ts';

/** What stands behind the name of a command. */
export interface Operands {
  /** Empty: all. */
  readonly query: string;
  readonly files: readonly string[];
}

/** A file by its looks: nobody asks for a word that ends so. */
const LIKE_FILE = /^[^\s:"]*(?:\.jsonl?|\.gz|\.zst|\.log)(?:\.\d+)?$/;

/** A term of a query by its looks: `name:checkout`, or several words. */
const LIKE_QUERY = /^[\w.[\]]+:|\s/;

/**
 * `[QUERY] [FILES…]`: the first is a file if it is there, or looks like one.
 * @throws OtelEventsError `OPTION_INVALID` where a part of a query stands in the place of a file
 */
export function splitOperands([first, ...others]: readonly string[]): Operands {
  if (first === undefined) return { query: '', files: [] };
  const term = others.find((one) => LIKE_QUERY.test(one) && !existsSync(one));
  if (term !== undefined) {
    const fix = 'a query is one argument, in quotation marks, and stands before the files';
    throw usageError(`${JSON.stringify(term)} is no file`, fix);
  }
  if (existsSync(first) || LIKE_FILE.test(first)) return { query: '', files: [first, ...others] };
  return { query: first, files: others };
}
