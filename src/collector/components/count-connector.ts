import type { Signal } from '../../otlp/wire/batch.ts';
import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { ConnectorComponent } from '../component.ts';
import { anyValueShape } from '../config/any-value-shape.ts';
import { type ConfigNode, dotted } from '../config/config-node.ts';
import type { Problems } from '../config/problems.ts';
import { asMap, listOf, mapping, optional, type Read, required, type Shape, text } from '../config/shape.ts';
import { conditionsFor } from '../config/statement-groups.ts';
import { type Counted, Tally } from '../count/tally.ts';
import type { ContextName } from '../ottl/contexts.ts';
import type { Row } from '../ottl/row.ts';
import { walkDecoded } from '../ottl/walk-decoded.ts';
import { StatementErrors } from '../statement-errors.ts';

/** What is counted, how OTTL calls it, and the metric that counts it where none is named. */
const KINDS = {
  spans: ['span', 'trace.span.count', 'The number of spans observed.'],
  spanevents: ['spanevent', 'trace.span.event.count', 'The number of span events observed.'],
  metrics: ['metric', 'metric.count', 'The number of metrics observed.'],
  datapoints: ['datapoint', 'metric.datapoint.count', 'The number of data points observed.'],
  logs: ['log', 'log.record.count', 'The number of log records observed.'],
} as const;

type Kind = keyof typeof KINDS;

const attribute = mapping({
  key: required(nonEmpty('an attribute')),
  default_value: optional(anyValueShape),
});

const shape = mapping(
  {
    spans: optional(countedOf('spans'), defaultOf('spans')),
    spanevents: optional(countedOf('spanevents'), defaultOf('spanevents')),
    metrics: optional(countedOf('metrics'), defaultOf('metrics')),
    datapoints: optional(countedOf('datapoints'), defaultOf('datapoints')),
    logs: optional(countedOf('logs'), defaultOf('logs')),
  },
  ['profiles'],
);

/** The scope of its metrics, in the OpenTelemetry Collector. */
const SCOPE_NAME = 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector';

/** What stands at the two levels of a request at which something is counted. */
const LEVELS: Readonly<Record<Signal, { readonly record: Kind; readonly inner?: Kind }>> = {
  logs: { record: 'logs' },
  traces: { record: 'spans', inner: 'spanevents' },
  metrics: { record: 'metrics', inner: 'datapoints' },
};

/** Counts what passes; each request becomes the counts of what is in it, by resource: delta sums, nothing is kept. */
export const countConnector: ConnectorComponent<Read<typeof shape>> = {
  type: 'count',
  shape,
  leads: { logs: 'metrics', traces: 'metrics', metrics: 'metrics' },
  create: (settings, { id, log }) => {
    const errors = new StatementErrors({ id, log });
    return { pass: (request) => countsOf(request, settings, errors) };
  },
};

function countsOf(
  request: OtlpRequest,
  settings: Read<typeof shape>,
  errors: StatementErrors,
): OtlpRequest | undefined {
  const { record, inner } = LEVELS[request.signal];
  const resourceMetrics: OtlpObject[] = [];
  let tallies: Tally[] = [];
  let resource: OtlpObject | undefined;
  const close = (): void => {
    const metrics = tallies.flatMap((tally) => tally.metrics());
    if (metrics.length === 0) return;
    const { attributes } = resource ?? {};
    resourceMetrics.push({
      resource: attributes === undefined ? {} : { attributes },
      scopeMetrics: [{ scope: { name: SCOPE_NAME }, metrics }],
    });
  };
  const visitOf = (index: number) => (row: Row) => {
    tallies[index]?.add(row);
    return true;
  };
  walkDecoded(request, {
    resource: (row) => {
      close();
      resource = row.resource.message;
      tallies = [record, ...(inner === undefined ? [] : [inner])].map(
        (kind) => new Tally(settings[kind], kind, errors),
      );
      return true;
    },
    record: visitOf(0),
    ...(inner !== undefined && { inner: visitOf(1) }),
  });
  close();
  return resourceMetrics.length === 0 ? undefined : OtlpRequest.from('metrics', { resourceMetrics });
}

function nonEmpty(what: string): Shape<string> {
  return text(`the name of ${what}`, (name) => (name === '' ? undefined : name));
}

function defaultOf(kind: Kind): readonly Counted[] {
  const [, name, description] = KINDS[kind];
  return [{ name, description, conditions: [], attributes: [] }];
}

/** Metrics by name; with none, the default one counts. */
function countedOf(kind: Kind): Shape<readonly Counted[]> {
  const [context] = KINDS[kind];
  const metric = metricOf(context);
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const entries = [...(asMap(node, path, problems)?.entries ?? [])];
      if (entries.length === 0) return defaultOf(kind);
      return entries.map(([name, { keyAt, node: settings }]) => {
        const at = dotted(path, name);
        if (name === '') problems.add(keyAt, path, 'expected a name for each metric');
        return readMetric(metric, name, settings, at, kind, problems);
      });
    },
  };
}

function metricOf(context: ContextName) {
  return mapping({
    description: optional(text(), ''),
    conditions: optional(conditionsFor(context), []),
    attributes: optional(listOf(attribute), []),
  });
}

function readMetric(
  metric: ReturnType<typeof metricOf>,
  name: string,
  node: ConfigNode,
  path: string,
  kind: Kind,
  problems: Problems,
): Counted {
  const { description = '', conditions = [], attributes = [] } = metric.read(node, path, problems);
  if (kind === 'metrics' && attributes.length > 0)
    problems.add(node.at, `${path}.attributes`, 'a metric has none; count datapoints by theirs');
  return {
    name,
    description,
    conditions,
    attributes: attributes.map(({ key, default_value: fallback }) => ({ key, fallback })),
  };
}
