import { nearestName } from '../../nearest-name.ts';
import { type ContextName, contextOf } from './contexts.ts';
import type { Fields } from './paths/field.ts';
import type { PathExpression } from './syntax.ts';

/** How the keys of a configuration end that hold statements, or conditions: `log_statements`. */
export type SourceKind = 'statements' | 'conditions';

/** Of the contexts that only one signal has, that signal as keys of a configuration begin with it. */
const SIGNALS: ReadonlyMap<string, string> = new Map([
  ['log', 'log'],
  ['datapoint', 'metric'],
  ['metric', 'metric'],
  ['spanevent', 'trace'],
  ['span', 'trace'],
]);

/**
 * Why a path is not for any of the contexts that a signal has; undefined if it is for one of them.
 * @param candidates - the contexts that the signal has
 */
export function whyNotFor(
  path: PathExpression,
  candidates: readonly ContextName[],
  kind: SourceKind,
): string | undefined {
  const start = path.segments[0]?.name ?? '';
  const starts = new Map(candidates.flatMap((name) => [...contextOf(name).fields]));
  if (starts.has(start)) return undefined;
  const signal = SIGNALS.get(start);
  if (signal === undefined) return whyNoStart(path, starts);
  return `${start} belongs to ${signal}_${kind}; paths here begin with ${either(candidates)}`;
}

/**
 * Why a path that begins with no context cannot be meant.
 * @param starts - what paths may begin with, and the fields that there are then
 */
export function whyNoStart({ segments }: PathExpression, starts: ReadonlyMap<string, Fields>): string {
  const [first] = segments;
  if (first === undefined) return 'a path is empty';
  if (first.name === 'otelcol') return 'the OpenTelemetry Collector has otelcol paths; this engine does not';
  const field = segments.map(({ name }) => name).join('.');
  // Of two names for one thing the short one is enough.
  const names = [...starts.keys()].filter((name) => name !== 'instrumentation_scope');
  const having = names.filter((name) => starts.get(name)?.has(field) || starts.get(name)?.has(first.name));
  if (having.length > 0)
    return `a path begins with where it is from; did you mean ${either(having.map((name) => `${name}.${field}`))}?`;
  const nearest = segments.length === 1 ? undefined : nearestName(first.name, names);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `a path begins with ${either(names)}, got ${first.name}${hint}`;
}

function either(names: readonly string[]): string {
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1');
}
