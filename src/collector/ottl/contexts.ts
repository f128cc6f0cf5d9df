import { RESOURCE_FIELDS, SCOPE_FIELDS } from './paths/common-fields.ts';
import type { Fields } from './paths/field.ts';
import { LOG_FIELDS } from './paths/log-fields.ts';
import { DATA_POINT_FIELDS, METRIC_FIELDS } from './paths/metric-fields.ts';
import { SPAN_EVENT_FIELDS, SPAN_FIELDS } from './paths/span-fields.ts';

/** The names of the contexts, in the order in which statements that name none are given one. */
export const CONTEXT_NAMES = [
  'log',
  'datapoint',
  'metric',
  'spanevent',
  'span',
  'scope',
  'resource',
] as const;
export type ContextName = (typeof CONTEXT_NAMES)[number];

/** What a statement runs for: once for each log, data point, metric, span, event of a span, scope or resource. */
export interface Context {
  readonly name: ContextName;
  /** What its paths may begin with, and what there is then; its own name first. */
  readonly fields: ReadonlyMap<string, Fields>;
  readonly enums: ReadonlyMap<string, bigint>;
}

const SEVERITIES = new Map<string, bigint>([
  ['SEVERITY_NUMBER_UNSPECIFIED', 0n],
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name, group) =>
    ['', '2', '3', '4'].map((step, index): [string, bigint] => [
      `SEVERITY_NUMBER_${name}${step}`,
      BigInt(group * 4 + index + 1),
    ]),
  ),
]);
const SPAN_ENUMS = new Map<string, bigint>([
  ...numbered('SPAN_KIND', ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']),
  ...numbered('STATUS_CODE', ['UNSET', 'OK', 'ERROR']),
]);
const METRIC_ENUMS = new Map<string, bigint>([
  ...numbered('METRIC_DATA_TYPE', ['NONE', 'GAUGE', 'SUM', 'HISTOGRAM', 'EXPONENTIAL_HISTOGRAM', 'SUMMARY']),
  ...numbered('AGGREGATION_TEMPORALITY', ['UNSPECIFIED', 'DELTA', 'CUMULATIVE']),
]);
const DATA_POINT_ENUMS = new Map([...METRIC_ENUMS, ...numbered('FLAG', ['NONE', 'NO_RECORDED_VALUE'])]);
const NO_ENUMS: ReadonlyMap<string, bigint> = new Map();

const RESOURCE: [string, Fields][] = [['resource', RESOURCE_FIELDS]];
const AROUND: [string, Fields][] = [
  ['scope', SCOPE_FIELDS],
  ['instrumentation_scope', SCOPE_FIELDS],
  ...RESOURCE,
];

const CONTEXTS: Readonly<Record<ContextName, Context>> = {
  log: { name: 'log', fields: new Map([['log', LOG_FIELDS], ...AROUND]), enums: SEVERITIES },
  datapoint: {
    name: 'datapoint',
    fields: new Map([['datapoint', DATA_POINT_FIELDS], ['metric', METRIC_FIELDS], ...AROUND]),
    enums: DATA_POINT_ENUMS,
  },
  metric: { name: 'metric', fields: new Map([['metric', METRIC_FIELDS], ...AROUND]), enums: METRIC_ENUMS },
  spanevent: {
    name: 'spanevent',
    fields: new Map([['spanevent', SPAN_EVENT_FIELDS], ['span', SPAN_FIELDS], ...AROUND]),
    enums: SPAN_ENUMS,
  },
  span: { name: 'span', fields: new Map([['span', SPAN_FIELDS], ...AROUND]), enums: SPAN_ENUMS },
  scope: { name: 'scope', fields: new Map(AROUND), enums: NO_ENUMS },
  resource: { name: 'resource', fields: new Map(RESOURCE), enums: NO_ENUMS },
};

/** The context of this name. */
export function contextOf(name: ContextName): Context {
  return CONTEXTS[name];
}

function numbered(prefix: string, names: readonly string[]): [string, bigint][] {
  return names.map((name, number) => [`${prefix}_${name}`, BigInt(number)]);
}
