import { CONTEXT_NAMES, type ContextName, contextOf } from './contexts.ts';
import type { Condition, Expression, Statement } from './syntax.ts';

/** What a statement asks of its context. */
interface Hints {
  /** What its paths begin with. */
  readonly starts: Set<string>;
  readonly functions: Set<string>;
  readonly enums: Set<string>;
}

/**
 * The context that statements without one are for: the innermost that a path of theirs begins with, or a further one
 * inside if only that has the functions and enums.
 * @param candidates - the contexts that the signal has
 * @param hasFunction - whether a context has a function of this name
 * @returns undefined if there is none that all of them can have
 * @see OTTL's README, "Context inference"
 */
export function inferContext(
  parsed: readonly (Statement | Condition)[],
  candidates: readonly ContextName[],
  hasFunction: (context: ContextName, name: string) => boolean,
): ContextName | undefined {
  const hints: Hints = { starts: new Set(), functions: new Set(), enums: new Set() };
  for (const one of parsed) {
    if ('editor' in one) {
      collect(one.editor, hints);
      if (one.where !== undefined) collectCondition(one.where, hints);
    } else collectCondition(one, hints);
  }
  const named = CONTEXT_NAMES.find(
    (name) => hints.starts.has(name) || (name === 'scope' && hints.starts.has('instrumentation_scope')),
  );
  if (named === undefined) return undefined;
  const inside = CONTEXT_NAMES.filter(
    (name) => candidates.includes(name) && contextOf(name).fields.has(named),
  );
  return (
    [named, ...inside].find(
      (name) =>
        candidates.includes(name) &&
        [...hints.functions].every((one) => hasFunction(name, one)) &&
        [...hints.enums].every((one) => contextOf(name).enums.has(one)),
    ) ?? (candidates.includes(named) ? named : undefined)
  );
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
      hints.starts.add(expression.segments[0]?.name ?? '');
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
