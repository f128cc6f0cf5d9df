import type { ProcessorComponent } from '../component.ts';
import { mapping, optional, type Read } from '../config/shape.ts';
import { errorMode, type StatementGroup, statementGroups } from '../config/statement-groups.ts';
import type { CompiledStatement } from '../ottl/compile-statements.ts';
import type { Row } from '../ottl/row.ts';
import { OttlMap } from '../ottl/value.ts';
import type { Visit } from '../ottl/visit.ts';
import { walkRequest } from '../ottl/walk-request.ts';
import { type ErrorMode, StatementErrors } from '../statement-errors.ts';

const shape = mapping(
  {
    error_mode: optional(errorMode, 'ignore'),
    log_statements: optional(statementGroups(['log', 'scope', 'resource']), []),
    trace_statements: optional(statementGroups(['span', 'spanevent', 'scope', 'resource']), []),
    metric_statements: optional(statementGroups(['metric', 'datapoint', 'scope', 'resource']), []),
  },
  ['profile_statements', 'flatten_data'],
);

/** Changes what passes, by statements of OTTL. Each group of them runs through the whole request before the next. */
export const transformProcessor: ProcessorComponent<Read<typeof shape>> = {
  type: 'transform',
  shape,
  create: (
    { error_mode: mode, log_statements: logs, trace_statements: traces, metric_statements: metrics },
    host,
  ) => {
    const errors = new StatementErrors(host);
    const visits = {
      logs: logs.map((group) => visitOf(group, mode, errors)),
      traces: traces.map((group) => visitOf(group, mode, errors)),
      metrics: metrics.map((group) => visitOf(group, mode, errors)),
    };
    return { process: (request) => visits[request.signal].reduce(walkRequest, request) };
  },
};

const LEVELS = {
  resource: 'resource',
  scope: 'scope',
  log: 'record',
  span: 'record',
  spanevent: 'inner',
  metric: 'record',
  datapoint: 'inner',
} as const;

function visitOf(group: StatementGroup, byDefault: ErrorMode, errors: StatementErrors): Visit {
  const { context, conditions, statements, errorMode: mode = byDefault } = group;
  const isMeant = (row: Row): boolean =>
    conditions.length === 0 ||
    conditions.some(({ at, holds }) => errors.run(mode, at, () => holds(row)) === true);
  const visit = (row: Row): boolean => {
    row.cache = OttlMap.EMPTY;
    if (isMeant(row)) for (const statement of statements) runOne(row, statement);
    return true;
  };
  const runOne = (row: Row, { at, run }: CompiledStatement): void => {
    errors.run(mode, at, () => run(row));
  };
  return { [LEVELS[context]]: visit };
}
