import types from 'node:util/types';
import vm from 'node:vm';
import { OtelEventsError } from '../errors.ts';
import type { Processor } from './processor.ts';

/** Patterns for names, as regular expressions or as their text. A name matches if a part of it does. */
export interface NamePatterns {
  /** Only events that match one of these pass. Default: all. */
  readonly allow?: readonly (string | RegExp)[];
  /** Events that match one of these do not, even if they are allowed. */
  readonly block?: readonly (string | RegExp)[];
}

/** Far more than any honest pattern takes for a name of at most 1,024 characters. */
const MATCH_MS = 50;

/** Names are few: what was found out about one is remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * Lets events through by the pattern of their names. A pattern that takes more than 50 ms for a name counts as
 * a processor that failed: the event goes on, and it is said.
 * @throws OtelEventsError `OPTION_INVALID` for a pattern that is not a regular expression
 */
export function matchNames(patterns: NamePatterns): Processor {
  const allow = patterns.allow === undefined ? undefined : compile('allow', patterns.allow);
  const block = compile('block', patterns.block ?? []);
  if (allow === undefined && block.length === 0) {
    throw new OtelEventsError('OPTION_INVALID', 'matchNames: wanted allow, block or both');
  }
  const remembered = new Map<string, boolean | OtelEventsError>();
  return function matchNames({ name }) {
    let passes = remembered.get(name);
    if (passes === undefined) {
      passes = decide(name, allow, block);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(name, passes);
    }
    if (typeof passes !== 'boolean') throw passes;
    return passes ? undefined : null;
  };
}

function compile(option: string, patterns: readonly (string | RegExp)[]): RegExp[] {
  if (!Array.isArray(patterns)) throw invalid(option, 'wanted an array of regular expressions');
  // A hole is refused here, not passed over.
  return Array.from(patterns, (pattern: unknown, index) => {
    if (typeof pattern !== 'string' && !types.isRegExp(pattern)) {
      throw invalid(`${option}[${index}]`, 'wanted a regular expression or its text');
    }
    try {
      // Without `g` and `y`, which make a pattern remember where it was.
      return types.isRegExp(pattern)
        ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
        : new RegExp(pattern);
    } catch (cause) {
      throw invalid(`${option}[${index}]`, (cause as Error).message, cause);
    }
  });
}

function invalid(option: string, why: string, cause?: unknown): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `matchNames: ${option}: ${why}`, { cause });
}

function decide(
  name: string,
  allow: readonly RegExp[] | undefined,
  block: readonly RegExp[],
): boolean | OtelEventsError {
  try {
    if (allow !== undefined && !allow.some((pattern) => matches(pattern, name))) return false;
    return !block.some((pattern) => matches(pattern, name));
  } catch (cause) {
    const message = `matchNames: a pattern takes more than ${MATCH_MS} ms for a name`;
    const fix = 'a pattern with a repetition inside a repetition, such as (a+)+, tries without end';
    return new OtelEventsError('OPTION_INVALID', message, { cause, fix });
  }
}

const bounded = new vm.Script('pattern.test(name)');
let sandbox: { pattern: RegExp | undefined; name: string } | undefined;

/** Nothing but the time limit of a script stops a regular expression. */
function matches(pattern: RegExp, name: string): boolean {
  sandbox ??= vm.createContext({ pattern: undefined, name: '' }) as { pattern: undefined; name: string };
  sandbox.pattern = pattern;
  sandbox.name = name;
  try {
    return bounded.runInContext(sandbox, { timeout: MATCH_MS }) as boolean;
  } catch {
    // The time may have gone by while a busy machine ran something else: what is quick is so the second time.
    return bounded.runInContext(sandbox, { timeout: MATCH_MS }) as boolean;
  }
}
