import type { OtelEventsError } from '../errors.ts';
import type { Counter } from './redact-counts.ts';

/** One step of a path that values are looked for at, and all behind it. */
export interface PathPattern {
  /** A name or a place; `ANY` for any one, `DEEP` for any number of them; undefined: the path has arrived. */
  readonly step: string | typeof ANY | typeof DEEP | undefined;
  readonly next: PathPattern | undefined;
  /** A pointer means each name as it is: `/a/b` is not the property `a.b`. */
  readonly isPointer: boolean;
  /** Of the values that the path has led to. */
  readonly counter: Counter;
}

/** Says why a path cannot be followed, and how it is written instead. */
export type RefusePath = (why: string, fix: string) => OtelEventsError;

type Step = Exclude<PathPattern['step'], undefined>;

const ANY = Symbol('*');
const DEEP = Symbol('**');

const NONE: readonly PathPattern[] = [];

/** So many patterns may be left without a look at whether some are equal. */
const MAX_LEFT = 100;

const NAME = /[^.[\]*'"`,?()/]+/y;
const STARS = /\*\*?/y;
const BRACKET =
  /\[(?:(\d+|\*)|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|`((?:[^`\\]|\\[\s\S])*)`)\]/y;

const BRACKETS = new RegExp(BRACKET.source, 'g');

/**
 * A JSON pointer, or a path as pino has it: `user.email`, `*.password`, `items[*].card`, `headers["set-cookie"]`; `**`
 * too, for any number of names.
 */
export function parsePath(path: string, refuse: RefusePath): PathPattern {
  const isPointer = path.startsWith('/');
  const steps = isPointer ? pointerSteps(path, refuse) : pathSteps(path, refuse);
  const counter = { name: path, count: 0 };
  const end: PathPattern = { step: undefined, next: undefined, isPointer, counter };
  return steps.reduceRight<PathPattern>((next, step) => ({ step, next, isPointer, counter }), end);
}

function pointerSteps(path: string, refuse: RefusePath): Step[] {
  if (/~(?![01])/.test(path))
    throw refuse('a ~ in a JSON pointer stands before 0 or 1', 'write ~0 for ~, ~1 for /');
  // A star in a pointer is a name like any other.
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pathSteps(path: string, refuse: RefusePath): Step[] {
  const foreign = foreignSpelling(path);
  if (foreign !== undefined) throw refuse(...foreign);
  const steps: Step[] = [];
  let at = 0;
  while (at < path.length) {
    const isBracket = path[at] === '[';
    // Behind a step, names have a dot before them.
    if (!isBracket && at > 0 && path[at++] !== '.') throw notWhole(path, refuse);
    const [step, end] = isBracket ? bracketAt(path, at) : nameAt(path, at);
    if (step === undefined) throw notWhole(path, refuse);
    steps.push(step);
    at = end;
  }
  // All that is in a value: each of its parts.
  return steps.at(-1) === DEEP ? steps.with(-1, ANY) : steps;
}

function nameAt(path: string, at: number): [step: Step | undefined, end: number] {
  const [stars] = match(STARS, path, at) ?? [];
  if (stars !== undefined) return [stars === '*' ? ANY : DEEP, at + stars.length];
  const [name = ''] = match(NAME, path, at) ?? [];
  return [name.trim() === name && name !== '' ? name : undefined, at + name.length];
}

function bracketAt(path: string, at: number): [step: Step | undefined, end: number] {
  const found = match(BRACKET, path, at);
  if (found === null) return [undefined, at];
  const [whole, place, ...quoted] = found;
  const name = quoted.find((each) => each !== undefined)?.replaceAll(/\\([\s\S])/g, '$1');
  return [place === '*' ? ANY : (place ?? name), at + whole.length];
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** What other tools would understand, and we would look for in vain. */
function foreignSpelling(path: string): [why: string, fix: string] | undefined {
  if (/^\$(?:[.[]|$)/.test(path)) {
    return ['$ is no name', 'paths begin at the top: password, not $.password; a property $ is ["$"]'];
  }
  if (path.startsWith('#')) return ['# is no part of it', 'a JSON pointer begins with /: /user/email'];
  if (path.includes('[]')) return ['[] is no place', 'all items are [*]: items[*].card'];
  if (path.includes('..')) return ['a name is missing between two dots', 'at any depth is **: **.token'];
  if (/[^.[*]\*|\*{3}|\*[^.[*\]]/.test(path.replaceAll(BRACKETS, '[0]'))) {
    return ['a star stands for a whole name', 'use patterns, or name each: user.secret'];
  }
  return undefined;
}

function notWhole(path: string, refuse: RefusePath): OtelEventsError {
  const fix = path.startsWith('.')
    ? 'leave the first dot out'
    : 'names with other characters stand in brackets: headers["set-cookie"], or in a JSON pointer: /headers/set-cookie';
  return refuse('it is no JSON pointer and no path', fix);
}

/** What is left of each pattern one step further down; a pattern without a step has arrived. */
export function stepInto(patterns: readonly PathPattern[], key: string): readonly PathPattern[] {
  if (!leadsOn(patterns, key)) return NONE;
  const next: PathPattern[] = [];
  for (const pattern of patterns) stepOne(pattern, key, next);
  if (key.includes('.')) stepThrough(patterns, key, next);
  // Several `**` come to the same place in many ways.
  return next.length > MAX_LEFT ? [...new Set(next)] : next;
}

/** For nearly all keys there is nothing to gather. */
function leadsOn(patterns: readonly PathPattern[], key: string): boolean {
  for (const { step } of patterns) if (step === key || typeof step === 'symbol') return true;
  return patterns.length > 0 && key.includes('.');
}

/** The property `user.email` is where the path `user.email` leads to, too. */
function stepThrough(patterns: readonly PathPattern[], key: string, next: PathPattern[]): void {
  let left: PathPattern[] = patterns.filter(({ isPointer }) => !isPointer);
  for (const name of key.split('.')) {
    const further: PathPattern[] = [];
    for (const pattern of left) stepOne(pattern, name, further);
    left = further.length > 1 ? [...new Set(further)] : further;
    if (left.length === 0) return;
  }
  next.push(...left);
}

function stepOne(pattern: PathPattern, key: string, next: PathPattern[]): void {
  const { step, next: rest } = pattern;
  if (rest === undefined) return;
  if (step === DEEP) {
    next.push(pattern);
    stepOne(rest, key, next);
  } else if (step === ANY || step === key) {
    next.push(rest);
  }
}
