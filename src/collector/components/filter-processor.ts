import type { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { CheckContext, ProcessorComponent } from '../component.ts';
import { logMatchProperties, matchProperties } from '../config/match-properties.ts';
import { mapping, optional, type Read, section } from '../config/shape.ts';
import { conditionGroups, conditionsFor, errorMode } from '../config/statement-groups.ts';
import { type Selection, selects } from '../match-record.ts';
import type { CompiledCondition } from '../ottl/compile-statements.ts';
import type { ContextName } from '../ottl/contexts.ts';
import type { Row } from '../ottl/row.ts';
import { OttlMap } from '../ottl/value.ts';
import type { Visit } from '../ottl/visit.ts';
import { walkRequest } from '../ottl/walk-request.ts';
import { type ErrorMode, StatementErrors } from '../statement-errors.ts';

const shape = mapping(
  {
    error_mode: optional(errorMode, 'ignore'),
    log_conditions: optional(conditionGroups(['log', 'scope', 'resource'])),
    trace_conditions: optional(conditionGroups(['span', 'spanevent', 'scope', 'resource'])),
    metric_conditions: optional(conditionGroups(['metric', 'datapoint', 'scope', 'resource'])),
    metrics: section(
      mapping(
        {
          resource: optional(conditionsFor('resource')),
          metric: optional(conditionsFor('metric')),
          datapoint: optional(conditionsFor('datapoint')),
        },
        ['include', 'exclude', 'regexp'],
      ),
    ),
    logs: section(
      mapping({
        resource: optional(conditionsFor('resource')),
        log_record: optional(conditionsFor('log')),
        include: optional(logMatchProperties),
        exclude: optional(logMatchProperties),
      }),
    ),
    traces: section(
      mapping({
        resource: optional(conditionsFor('resource')),
        span: optional(conditionsFor('span')),
        spanevent: optional(conditionsFor('spanevent')),
      }),
    ),
    spans: section(mapping({ include: optional(matchProperties), exclude: optional(matchProperties) })),
  },
  ['profile_conditions', 'profiles'],
);

type Settings = Read<typeof shape>;
type ByContext = ReadonlyMap<ContextName, readonly CompiledCondition[] | undefined>;

/** Drops what a condition of OTTL holds for, or what `include` and `exclude` say. */
export const filterProcessor: ProcessorComponent<Settings> = {
  type: 'filter',
  shape,
  check: (settings, { has, add }) => {
    const { log_conditions: logs, trace_conditions: traces, metric_conditions: metrics } = settings;
    if (metrics !== undefined && has('metrics')) add('metric_conditions', 'not together with metrics');
    if (logs !== undefined && has('logs')) add('log_conditions', 'not together with logs');
    if (traces !== undefined && (has('traces') || has('spans')))
      add('trace_conditions', 'not together with traces or spans');
    checkWays(settings, add);
  },
  create: (settings, host) => {
    const errors = new StatementErrors(host);
    const visits = {
      logs: logVisits(settings, errors),
      traces: traceVisits(settings, errors),
      metrics: metricVisits(settings, errors),
    };
    return {
      process: (request) => {
        const left = visits[request.signal].reduce<OtlpRequest>(walkRequest, request);
        return left.count === 0 && request.count > 0 ? undefined : left;
      },
    };
  },
};

/** As in the OpenTelemetry Collector there is one way for a signal. */
function checkWays({ logs, traces, spans }: Settings, add: CheckContext['add']): void {
  if ((logs?.include ?? logs?.exclude) && (logs?.resource ?? logs?.log_record))
    add('logs', 'conditions (resource, log_record) not together with include and exclude');
  if ((spans?.include ?? spans?.exclude) && (traces?.resource ?? traces?.span ?? traces?.spanevent))
    add('spans', 'not together with traces');
}

function logVisits(settings: Settings, errors: StatementErrors): Visit[] {
  const { error_mode: mode, log_conditions: groups = [], logs } = settings;
  const { resource, log_record: log, include, exclude } = logs;
  return [
    ...groups.map(({ byContext, errorMode: own = mode }) => dropping(byContext, own, errors)),
    ...(resource || log
      ? [
          dropping(
            new Map([
              ['resource', resource],
              ['log', log],
            ]),
            mode,
            errors,
          ),
        ]
      : []),
    ...selecting({ include, exclude }),
  ];
}

function traceVisits(settings: Settings, errors: StatementErrors): Visit[] {
  const { error_mode: mode, trace_conditions: groups = [], traces, spans } = settings;
  const { resource, span, spanevent } = traces;
  const byContext: ByContext = new Map([
    ['resource', resource],
    ['span', span],
    ['spanevent', spanevent],
  ]);
  return [
    ...groups.map((group) => dropping(group.byContext, group.errorMode ?? mode, errors)),
    ...(resource || span || spanevent ? [dropping(byContext, mode, errors)] : []),
    ...selecting(spans),
  ];
}

function metricVisits(settings: Settings, errors: StatementErrors): Visit[] {
  const { error_mode: mode, metric_conditions: groups = [], metrics } = settings;
  const { resource, metric, datapoint } = metrics;
  const byContext: ByContext = new Map([
    ['resource', resource],
    ['metric', metric],
    ['datapoint', datapoint],
  ]);
  return [
    ...groups.map((group) => dropping(group.byContext, group.errorMode ?? mode, errors)),
    ...(resource || metric || datapoint ? [dropping(byContext, mode, errors)] : []),
  ];
}

/** A visit that drops what any of the conditions for it holds for; one that cannot be asked does not hold. */
function dropping(byContext: ByContext, mode: ErrorMode, errors: StatementErrors): Visit {
  const stays = (context: ContextName): ((row: Row) => boolean) | undefined => {
    const conditions = byContext.get(context);
    if (conditions === undefined || conditions.length === 0) return undefined;
    return (row) => {
      row.cache = OttlMap.EMPTY;
      return !conditions.some(({ at, holds }) => errors.run(mode, at, () => holds(row)) === true);
    };
  };
  const levels = {
    resource: stays('resource'),
    scope: stays('scope'),
    record: stays('log') ?? stays('span') ?? stays('metric'),
    inner: stays('spanevent') ?? stays('datapoint'),
  };
  const found = Object.entries(levels).filter(([, test]) => test !== undefined);
  return { dropsEmpty: true, ...Object.fromEntries(found) };
}

function selecting({ include, exclude }: Selection): Visit[] {
  if (include === undefined && exclude === undefined) return [];
  return [{ dropsEmpty: true, record: selects({ include, exclude }) }];
}
