import { CONTEXT_NAMES, contextOf } from './contexts.ts';
import type { Condition, Expression, PathExpression, Statement } from './syntax.ts';

/** What statements ask of their context. */
export interface Hints {
  /** In the order in which they are written. */
  readonly paths: PathExpression[];
  readonly functions: Set<string>;
  readonly enums: Set<string>;
}

/** What these ask of their context, all together. */
export function hintsOf(parsed: readonly (Statement | Condition)[]): Hints {
  const hints: Hints = { paths: [], functions: new Set(), enums: new Set() };
  for (const one of parsed) {
    if ('editor' in one) {
      collect(one.editor, hints);
      if (one.where !== undefined) collectCondition(one.where, hints);
    } else collectCondition(one, hints);
  }
  return hints;
}

function collectCondition(condition: Condition, hints: Hints): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.parts) collectCondition(part, hints);
      return;
    case 'not':
      collectCondition(condition.part, hints);
      return;
    case 'test':
      collect(condition.call, hints);
      return;
    case 'compare':
      collect(condition.left, hints);
      collect(condition.right, hints);
  }
}

function collect(expression: Expression, hints: Hints): void {
  switch (expression.kind) {
    case 'path': {
      hints.paths.push(expression);
      for (const { keys } of expression.segments) for (const key of keys) collect(key, hints);
      return;
    }
    case 'call':
      hints.functions.add(expression.name);
      for (const { value } of expression.args) collectArgument(value, hints);
      for (const key of expression.keys) collect(key, hints);
      return;
    case 'name':
      hints.enums.add(expression.name);
      return;
    case 'list':
      for (const item of expression.items) collect(item, hints);
      return;
    case 'map':
      for (const { value } of expression.entries) collect(value, hints);
      return;
    case 'math':
      collect(expression.left, hints);
      collect(expression.right, hints);
      return;
    case 'negate':
      collect(expression.operand, hints);
  }
}

/** The name of a function that is handed to another one is no enum. */
function collectArgument(value: Expression, hints: Hints): void {
  const isFunction =
    value.kind === 'name' && CONTEXT_NAMES.every((name) => !contextOf(name).enums.has(value.name));
  if (isFunction) hints.functions.add(value.name);
  else collect(value, hints);
}
