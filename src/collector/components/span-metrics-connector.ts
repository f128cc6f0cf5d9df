import { clearInterval, setInterval } from '../../time.ts';
import type { ConnectorComponent } from '../component.ts';
import {
  boolean,
  integer,
  listOf,
  mapping,
  oneOf,
  optional,
  type Read,
  required,
  section,
  text,
} from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';
import { ALWAYS_THERE, type Dimension } from '../span-metrics/dimensions.ts';
import { ExplicitHistogram, ExponentialHistogram } from '../span-metrics/histogram.ts';
import { Budget } from '../span-metrics/series-set.ts';
import { SpanAggregator, type SpanAggregatorOptions } from '../span-metrics/span-aggregator.ts';
import { SpanMetricsSender } from '../span-metrics/span-metrics-sender.ts';

const dimensions = listOf(mapping({ name: required(text()), default: optional(text()) }, ['glob']));

const DELTA = 'AGGREGATION_TEMPORALITY_DELTA';

const shape = mapping({
  dimensions: optional(dimensions, []),
  calls_dimensions: optional(dimensions, []),
  exclude_dimensions: optional(listOf(text()), []),
  dimensions_cache_size: optional(integer(0), 0),
  resource_metrics_cache_size: optional(integer(1), 1_000),
  resource_metrics_key_attributes: optional(listOf(text()), []),
  aggregation_temporality: optional(
    oneOf(['AGGREGATION_TEMPORALITY_CUMULATIVE', DELTA]),
    'AGGREGATION_TEMPORALITY_CUMULATIVE',
  ),
  histogram: section(
    mapping({
      disable: optional(boolean, false),
      unit: optional(
        text('ms or s', (unit) => (['ms', 's'] as const).find((one) => one === unit.toLowerCase())),
        'ms',
      ),
      explicit: optional(mapping({ buckets: optional(listOf(duration), []) })),
      exponential: optional(mapping({ max_size: optional(integer(0, 2 ** 31 - 1), 0) })),
      dimensions: optional(dimensions, []),
    }),
  ),
  metrics_flush_interval: optional(duration, 60_000),
  metrics_expiration: optional(duration, 0),
  series_expiration: optional(duration, 0),
  metric_timestamp_cache_size: optional(integer(1), 1_000),
  namespace: optional(text(), 'traces.span.metrics'),
  exemplars: section(
    mapping({ enabled: optional(boolean, false), max_per_data_point: optional(integer(0), 5) }),
  ),
  events: section(mapping({ enabled: optional(boolean, false), dimensions: optional(dimensions, []) })),
  include_instrumentation_scope: optional(listOf(text()), []),
  aggregation_cardinality_limit: optional(integer(0), 0),
  // As it is without: the OpenTelemetry Collector has it for those who switch that off.
  add_resource_attributes: optional(boolean, false),
  enable_metrics_sampling_method: optional(boolean, false),
});

type Settings = Read<typeof shape>;

/** In milliseconds. */
const DEFAULT_BUCKETS = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000];
const DEFAULT_MAX_SIZE = 160;
const BYTES_PER_BUCKET = 8;
const MAX_BYTES = 64 * 1024 * 1024;
const MS = { ms: 1, s: 1_000 } as const;
const NANOS_PER_MS = 1e6;

/** Counts spans and their durations, and sends that now and then. */
export const spanMetricsConnector: ConnectorComponent<Settings> = {
  type: 'span_metrics',
  shape,
  leads: { traces: 'metrics' },
  check: ({ histogram, events, metrics_flush_interval: intervalMs, ...settings }, { add }) => {
    checkDimensions('dimensions', settings.dimensions, add);
    checkDimensions('calls_dimensions', settings.calls_dimensions, add);
    checkDimensions('histogram.dimensions', histogram?.dimensions, add);
    if (events?.enabled) checkDimensions('events.dimensions', events.dimensions, add);
    if (events?.enabled && events.dimensions?.length === 0) add('events.dimensions', 'expected at least one');
    if (histogram?.explicit !== undefined && histogram.exponential !== undefined)
      add('histogram', 'expected explicit or exponential, got both');
    if (intervalMs === 0) add('metrics_flush_interval', 'expected a duration above 0');
  },
  create: (settings, { id, log, emit }) => {
    if (settings.dimensions_cache_size > 0)
      log('warn', 'dimensions_cache_size does nothing', {
        connector: id,
        fix: 'say aggregation_cardinality_limit',
      });
    const budget = new Budget(MAX_BYTES);
    const sender = new SpanMetricsSender({
      aggregator: new SpanAggregator(optionsOf(settings), budget),
      budget,
      isDelta: settings.aggregation_temporality === DELTA,
      id,
      log,
      emit,
    });
    const timer = setInterval(() => void sender.send(), settings.metrics_flush_interval).unref();
    return {
      taken: (request) => sender.add(request),
      stop: async () => {
        clearInterval(timer);
        await sender.send(true);
      },
    };
  },
};

function checkDimensions(
  key: string,
  // What is wrong has been reported.
  list: readonly Dimension[] = [],
  add: (key: string, message: string) => void,
): void {
  const names = new Set(ALWAYS_THERE);
  for (const [index, { name }] of list.entries()) {
    if (names.has(name)) add(`${key}[${index}].name`, 'is there already');
    names.add(name);
  }
}

function optionsOf(settings: Settings): SpanAggregatorOptions {
  const { histogram, events, exemplars } = settings;
  const unit = histogram.unit ?? 'ms';
  return {
    common: {
      dimensions: settings.dimensions,
      excluded: new Set(settings.exclude_dimensions),
      scopes: new Set(settings.include_instrumentation_scope),
      showsSampling: settings.enable_metrics_sampling_method,
    },
    callsDimensions: settings.calls_dimensions,
    durationDimensions: histogram.dimensions,
    eventDimensions: events.dimensions,
    hasEvents: events.enabled,
    histogram: histogram.disable ? undefined : histogramOf(histogram, MS[unit]),
    unit,
    unitNanos: NANOS_PER_MS * MS[unit],
    maxExemplars: exemplars.enabled ? exemplars.max_per_data_point : 0,
    expirationMs: settings.metrics_expiration,
    seriesExpirationMs: settings.series_expiration,
    maxResources: settings.resource_metrics_cache_size,
    keys: new Set(settings.resource_metrics_key_attributes),
    limit: settings.aggregation_cardinality_limit,
    namespace: settings.namespace,
    isDelta: settings.aggregation_temporality === DELTA,
    sent: new Map(),
    maxSent: settings.metric_timestamp_cache_size,
  };
}

function histogramOf(
  { explicit, exponential }: Settings['histogram'],
  unitMs: number,
): SpanAggregatorOptions['histogram'] {
  if (exponential !== undefined) {
    const maxSize = exponential.max_size || DEFAULT_MAX_SIZE;
    return { make: () => new ExponentialHistogram(maxSize), bytes: maxSize * BYTES_PER_BUCKET * 2 };
  }
  const bounds = (explicit?.buckets ?? DEFAULT_BUCKETS).map((ms) => ms / unitMs);
  return { make: () => new ExplicitHistogram(bounds), bytes: bounds.length * BYTES_PER_BUCKET };
}
