import { isRegExp } from 'node:util/types';
import { OtelEventsError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { type PatternCost, patternCost } from '../pattern-cost.ts';
import { keyedHash } from './keyed-hash.ts';
import { type PathPattern, parsePath } from './path-pattern.ts';
import type { Counter } from './redact-counts.ts';
import type { RedactPattern } from './redact-patterns.ts';

/** What is taken out of events that no schema describes. A rule has paths, patterns or both. */
export interface RedactRule {
  /**
   * Where: JSON pointers (`/user/email`) or paths as pino has them (`user.email`, `*.password`, `items[*].card`,
   * `headers["set-cookie"]`), and `**.token` at any depth; from the top of `data`, of `session` and of the context.
   */
  readonly paths?: readonly string[];
  /** What: text in any value or name, and in the message, the failure and its stack. */
  readonly patterns?: readonly (RegExp | string | RedactPattern)[];
  /** `mask`: `[Redacted]` is there instead; `hash`: its HMAC; `remove`: nothing. Default: `mask`. */
  readonly action?: 'mask' | 'hash' | 'remove';
  /** Secret of `hash`: without it the values could be found by trying. */
  readonly hashKey?: string;
}

/** What stands where something was taken away. */
export const REDACTED = '[Redacted]';

/** A rule that is ready for use. */
export interface CompiledRule {
  readonly paths: readonly PathPattern[];
  readonly patterns: readonly CompiledPattern[];
  /** What stands instead of a text; undefined: nothing. */
  readonly replace: (text: string) => string | undefined;
}

export interface CompiledPattern extends RedactPattern {
  readonly cost: PatternCost;
  readonly counter: Counter;
}

const KEYS = ['paths', 'patterns', 'action', 'hashKey'];
const ACTIONS: readonly unknown[] = ['mask', 'hash', 'remove'];

/** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function compileRule(rule: RedactRule, index: number): CompiledRule {
  const where = `redact[${index}]`;
  if (typeof rule !== 'object' || rule === null)
    throw invalid(where, 'wanted an object with paths or patterns');
  for (const key of Object.keys(rule)) {
    if (KEYS.includes(key)) continue;
    const near = nearestName(key, KEYS);
    const details = near === undefined ? {} : { fix: `did you mean ${near}?` };
    throw new OtelEventsError('OPTION_UNKNOWN', `${where}: unknown option ${key}`, details);
  }
  const { paths = [], patterns = [], action = 'mask', hashKey } = rule;
  if (!Array.isArray(paths) || !Array.isArray(patterns)) throw invalid(where, 'paths and patterns are lists');
  if (paths.length + patterns.length === 0) throw invalid(where, 'wanted paths, patterns or both');
  if (!ACTIONS.includes(action)) throw invalid(`${where}.action`, 'wanted mask, hash or remove');
  if (action === 'hash' && (typeof hashKey !== 'string' || hashKey === '')) {
    throw invalid(`${where}.hashKey`, 'wanted a secret: hash cannot do without it');
  }
  return {
    paths: Array.from(paths, (text: unknown, at) => {
      const wanted = "wanted a path such as 'user.email' or '/user/email'";
      if (typeof text !== 'string' || text === '') throw invalid(`${where}.paths[${at}]`, wanted);
      return parsePath(text, (why, fix) =>
        invalid(`${where}.paths[${at}] ${JSON.stringify(text.slice(0, 100))}`, why, { fix }),
      );
    }),
    patterns: Array.from(patterns, (pattern: unknown, at) =>
      compilePattern(pattern, `${where}.patterns[${at}]`),
    ),
    replace: replacement(action, hashKey ?? ''),
  };
}

function compilePattern(given: unknown, where: string): CompiledPattern {
  const wrapped = given as Partial<RedactPattern> | undefined | null;
  const ready = !isRegExp(given) && isRegExp(wrapped?.pattern);
  const source = ready ? wrapped?.pattern : given;
  if (typeof source !== 'string' && !isRegExp(source)) {
    throw invalid(where, 'wanted a regular expression or its text');
  }
  let pattern: RegExp;
  try {
    // With `g` all are found; with `y` only those at the start would be.
    const flags = typeof source === 'string' ? 'g' : `${source.flags.replace(/[gy]/g, '')}g`;
    pattern = new RegExp(typeof source === 'string' ? source : source.source, flags);
  } catch (cause) {
    throw invalid(where, (cause as Error).message, { cause });
  }
  const name = (ready ? wrapped?.name : undefined) ?? String(source);
  const cost = patternCost(pattern.source, pattern.flags);
  return { ...(ready ? wrapped : {}), pattern, cost, counter: { name, count: 0 } };
}

function replacement(action: string, hashKey: string): (text: string) => string | undefined {
  if (action === 'hash') return (text) => keyedHash(text, hashKey);
  return action === 'remove' ? () => undefined : () => REDACTED;
}

function invalid(
  where: string,
  why: string,
  details: { cause?: unknown; fix?: string } = {},
): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `${where}: ${why}`, details);
}
