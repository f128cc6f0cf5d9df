import { CONTEXT_NAMES, type ContextName, contextOf } from './contexts.ts';
import { hintsOf } from './statement-hints.ts';
import type { Condition, Statement } from './syntax.ts';

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
  const { paths, functions, enums } = hintsOf(parsed);
  const starts = new Set(paths.map(({ segments }) => segments[0]?.name));
  const named = CONTEXT_NAMES.find(
    (name) => starts.has(name) || (name === 'scope' && starts.has('instrumentation_scope')),
  );
  if (named === undefined) return undefined;
  const inside = CONTEXT_NAMES.filter(
    (name) => candidates.includes(name) && contextOf(name).fields.has(named),
  );
  return (
    [named, ...inside].find(
      (name) =>
        candidates.includes(name) &&
        [...functions].every((one) => hasFunction(name, one)) &&
        [...enums].every((one) => contextOf(name).enums.has(one)),
    ) ?? (candidates.includes(named) ? named : undefined)
  );
}
