import { Compiler, type CompilerOptions } from './compile.ts';
import { type ContextName, contextOf } from './contexts.ts';
import { conditionFunctions, statementFunctions } from './functions.ts';
import { inferContext } from './infer-context.ts';
import { parseCondition, parseStatement } from './parse-statement.ts';
import type { Row } from './row.ts';
import { StatementError } from './statement-error.ts';
import { hintsOf } from './statement-hints.ts';
import type { Condition, Statement } from './syntax.ts';
import { type SourceKind, whyNotFor } from './why-no-context.ts';

/** Statements or conditions as a configuration holds them. */
export interface Source {
  readonly text: string;
  /** Where it stands, such as `log_statements[0].statements[1]`. */
  readonly at: string;
}

/** A statement ready to run. @throws StatementFailure where a record is not as the statement wants it */
export interface CompiledStatement {
  readonly at: string;
  /** @returns whether its condition was met */
  readonly run: (row: Row) => void;
}

/** A condition ready to be asked. @throws StatementFailure where a record is not as the condition wants it */
export interface CompiledCondition {
  readonly at: string;
  readonly holds: (row: Row) => boolean;
}

/** Statements that run for one context, under conditions. */
export interface CompiledGroup {
  readonly context: ContextName;
  readonly conditions: readonly CompiledCondition[];
  readonly statements: readonly CompiledStatement[];
}

export interface GroupSource {
  /** Undefined: it is inferred, and paths say where they are from. */
  readonly context: ContextName | undefined;
  readonly conditions: readonly Source[];
  readonly statements: readonly Source[];
}

/** What is told of statements that cannot be compiled. */
export type Report = (at: string, message: string) => void;

/**
 * Compiles statements that belong together.
 * @param candidates - the contexts that the signal has
 * @returns undefined if anything was reported
 */
export function compileStatements(
  { context: given, conditions, statements }: GroupSource,
  candidates: readonly ContextName[],
  report: Report,
): CompiledGroup | undefined {
  const parsedConditions = parseAll(conditions, parseCondition, report);
  const parsedStatements = parseAll(statements, parseStatement, report);
  const parsed = [...parsedConditions, ...parsedStatements];
  if (parsed.length < conditions.length + statements.length) return undefined;
  const hasFunction = (name: ContextName, one: string): boolean => statementFunctions(name).has(one);
  const context =
    given ??
    inferContext(
      parsed.map(({ tree }) => tree),
      candidates,
      hasFunction,
    );
  if (context === undefined) {
    reportNoContext(parsed, candidates, 'statements', report);
    return undefined;
  }
  const options = { context: contextOf(context), mayOmitContext: given !== undefined };
  const forConditions = { ...options, functions: conditionFunctions(context) };
  const forStatements = { ...options, functions: statementFunctions(context) };
  const madeConditions = parsedConditions.map((one) => madeCondition(one, forConditions, report));
  const madeStatements = parsedStatements.map((one) => madeStatement(one, forStatements, report));
  if (madeConditions.includes(undefined) || madeStatements.includes(undefined)) return undefined;
  return {
    context,
    conditions: madeConditions as CompiledCondition[],
    statements: madeStatements as CompiledStatement[],
  };
}

/**
 * Compiles conditions; each of those without a context is for one of its own.
 * @returns by context; undefined if anything was reported
 */
export function compileConditions(
  { context: given, conditions }: Omit<GroupSource, 'statements'>,
  candidates: readonly ContextName[],
  report: Report,
): ReadonlyMap<ContextName, readonly CompiledCondition[]> | undefined {
  const made = new Map<ContextName, CompiledCondition[]>();
  const parsed = parseAll(conditions, parseCondition, report);
  let isWhole = parsed.length === conditions.length;
  const hasFunction = (name: ContextName, one: string): boolean => conditionFunctions(name).has(one);
  for (const one of parsed) {
    const context = given ?? inferContext([one.tree], candidates, hasFunction);
    if (context === undefined) reportNoContext([one], candidates, 'conditions', report);
    const compiled =
      context === undefined ? undefined : madeConditionFor(context, given !== undefined, one, report);
    if (context === undefined || compiled === undefined) isWhole = false;
    else made.set(context, [...(made.get(context) ?? []), compiled]);
  }
  return isWhole ? made : undefined;
}

interface Parsed<T> {
  readonly source: Source;
  readonly tree: T;
}

function parseAll<T>(sources: readonly Source[], parse: (text: string) => T, report: Report): Parsed<T>[] {
  return sources.flatMap((source) => {
    const tree = reported(source, report, () => parse(source.text));
    return tree === undefined ? [] : [{ source, tree }];
  });
}

function reported<T>({ at }: Source, report: Report, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    report(at, error.message);
    return undefined;
  }
}

function madeConditionFor(
  context: ContextName,
  mayOmitContext: boolean,
  parsed: Parsed<Condition>,
  report: Report,
): CompiledCondition | undefined {
  const options = { context: contextOf(context), mayOmitContext, functions: conditionFunctions(context) };
  return madeCondition(parsed, options, report);
}

function madeCondition(
  { source, tree }: Parsed<Condition>,
  options: CompilerOptions,
  report: Report,
): CompiledCondition | undefined {
  return reported(source, report, () => ({
    at: source.at,
    holds: new Compiler(source.text, options).condition(tree),
  }));
}

function madeStatement(
  { source, tree }: Parsed<Statement>,
  options: CompilerOptions,
  report: Report,
): CompiledStatement | undefined {
  return reported(source, report, () => {
    const compiler = new Compiler(source.text, options);
    const run = compiler.call(tree.editor);
    if (tree.where === undefined) return { at: source.at, run };
    const isMet = compiler.condition(tree.where);
    return {
      at: source.at,
      run: (row: Row) => {
        if (isMet(row)) run(row);
      },
    };
  });
}

/** Tells of the first path of each that is for no context of the signal, or else that there is no path. */
function reportNoContext(
  parsed: readonly Parsed<Statement | Condition>[],
  candidates: readonly ContextName[],
  kind: SourceKind,
  report: Report,
): void {
  let isTold = false;
  for (const { source, tree } of parsed) {
    for (const path of hintsOf([tree]).paths) {
      const why = whyNotFor(path, candidates, kind);
      if (why === undefined) continue;
      report(source.at, new StatementError(source.text, path.at, why).message);
      isTold = true;
      break;
    }
  }
  const [first] = parsed;
  if (isTold || first === undefined) return;
  const why = `no path says what this is for: one that begins with ${candidates.join(', ')}, or a group with a context`;
  report(first.source.at, new StatementError(first.source.text, 0, why).message);
}
