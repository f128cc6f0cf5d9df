import { existsSync } from 'node:fs';

/** What stands behind the name of a command. */
export interface Operands {
  /** Empty: all. */
  readonly query: string;
  readonly files: readonly string[];
}

/** A file by its looks: nobody asks for a word that ends so. */
const LIKE_FILE = /^[^\s:"]*(?:\.jsonl?|\.gz|\.zst|\.log)(?:\.\d+)?$/;

/** `[QUERY] [FILES…]`: the first is a file if it is there, or looks like one. */
export function splitOperands([first, ...others]: readonly string[]): Operands {
  if (first === undefined) return { query: '', files: [] };
  if (existsSync(first) || LIKE_FILE.test(first)) return { query: '', files: [first, ...others] };
  return { query: first, files: others };
}
