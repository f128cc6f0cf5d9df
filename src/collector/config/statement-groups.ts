import {
  type CompiledCondition,
  type CompiledGroup,
  compileConditions,
  compileStatements,
  type Source,
} from '../ottl/compile-statements.ts';
import type { ContextName } from '../ottl/contexts.ts';
import { ERROR_MODES, type ErrorMode } from '../statement-errors.ts';
import { type ConfigNode, kindOf, type Position } from './config-node.ts';
import type { Problems } from './problems.ts';
import { listOf, mapping, oneOf, optional, type Shape, text } from './shape.ts';

export const errorMode: Shape<ErrorMode> = oneOf(ERROR_MODES);

/** Statements that belong together; without an error mode that of the processor holds. */
export type StatementGroup = CompiledGroup & { readonly errorMode: ErrorMode | undefined };

/** Conditions that belong together, by the context that they are for. */
export interface ConditionGroup {
  readonly byContext: ReadonlyMap<ContextName, readonly CompiledCondition[]>;
  readonly errorMode: ErrorMode | undefined;
}

interface PlacedSource extends Source {
  readonly place: Position | undefined;
}

/** A statement or a condition; where it stands is kept, for the errors that are found when it is compiled. */
const source: Shape<PlacedSource> = {
  read: (node, path, problems) => {
    const read: string | undefined = text('a statement').read(node, path, problems);
    return { text: read ?? '', at: path, place: node.at };
  },
};

const sources = listOf(source);

interface Group {
  readonly context: ContextName | undefined;
  readonly conditions: readonly PlacedSource[];
  readonly statements: readonly PlacedSource[];
  readonly errorMode: ErrorMode | undefined;
}

/** `log_statements` and its like: a list of statements, or of groups of them. */
export function statementGroups(contexts: readonly ContextName[]): Shape<readonly StatementGroup[]> {
  const keys = { ...keysFor(contexts), statements: optional(sources, []) };
  return groups(mapping(keys), 'statements', (group, problems) => {
    const compiled = compileStatements(group, contexts, reportTo(group, problems));
    return compiled === undefined ? [] : [{ ...compiled, errorMode: group.errorMode }];
  });
}

/** `log_conditions` and its like: a list of conditions, or of groups of them. */
export function conditionGroups(contexts: readonly ContextName[]): Shape<readonly ConditionGroup[]> {
  return groups(mapping(keysFor(contexts)), 'conditions', (group, problems) => {
    const byContext = compileConditions(group, contexts, reportTo(group, problems));
    return byContext === undefined ? [] : [{ byContext, errorMode: group.errorMode }];
  });
}

/** Conditions for one context, whose name their paths may leave out. */
export function conditionsFor(context: ContextName): Shape<readonly CompiledCondition[]> {
  return {
    read: (node, path, problems) => {
      const group: Group = { ...EMPTY, context, conditions: sources.read(node, path, problems) };
      return compileConditions(group, [context], reportTo(group, problems))?.get(context) ?? [];
    },
  };
}

const EMPTY: Group = { context: undefined, conditions: [], statements: [], errorMode: undefined };

function keysFor(contexts: readonly ContextName[]) {
  return {
    context: optional(oneOf(contexts)),
    conditions: optional(sources, []),
    error_mode: optional(errorMode),
  };
}

/** What a group looks like before its keys have the names of this engine. */
interface RawGroup {
  readonly context: ContextName | undefined;
  readonly conditions: readonly PlacedSource[];
  readonly statements?: readonly PlacedSource[];
  readonly error_mode: ErrorMode | undefined;
}

function groups<T>(
  shape: Shape<RawGroup>,
  plain: 'statements' | 'conditions',
  compile: (group: Group, problems: Problems) => readonly T[],
): Shape<readonly T[]> {
  return {
    read: (node, path, problems) => {
      if (node.kind !== 'list') {
        problems.add(node.at, path, `expected a list, got ${kindOf(node)}`);
        return [];
      }
      const texts = node.items.filter(({ kind }) => kind === 'scalar');
      if (texts.length > 0 && texts.length < node.items.length) {
        problems.add(node.at, path, `expected ${plain} or groups of them, got both`);
        return [];
      }
      if (texts.length > 0)
        return compile({ ...EMPTY, [plain]: sources.read(node, path, problems) }, problems);
      return node.items.flatMap((item, index) =>
        compile(readGroup(shape, item, `${path}[${index}]`, problems), problems),
      );
    },
  };
}

function readGroup(shape: Shape<RawGroup>, item: ConfigNode, path: string, problems: Problems): Group {
  // What is missing in a mapping that is wrong has been reported.
  const { context, conditions = [], statements = [], error_mode: mode } = shape.read(item, path, problems);
  return { context, conditions, statements, errorMode: mode };
}

function reportTo({ conditions, statements }: Group, problems: Problems) {
  const places = new Map([...conditions, ...statements].map(({ at, place }) => [at, place]));
  return (at: string, message: string): void => problems.add(places.get(at), at, message);
}
