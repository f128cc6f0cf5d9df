// Metrics through processors: both engines have to leave the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyValues, type Processors, throughBoth } from './ottl-conformance.ts';
import { requireService } from './require-service.ts';

const times = { startTimeUnixNano: '1700000000000000000', timeUnixNano: '1700000010000000000' };
const point = (host: string, value: object) => ({
  attributes: keyValues({ host, card: '4111' }),
  ...times,
  ...value,
});

const METRICS = {
  resourceMetrics: [
    {
      resource: { attributes: keyValues({ 'service.name': 'shop' }) },
      scopeMetrics: [
        {
          scope: { name: 'lib', version: '1' },
          metrics: [
            {
              name: 'g',
              unit: 'By',
              gauge: { dataPoints: [point('a', { asInt: '5' }), point('b', { asDouble: 1.5 })] },
            },
            {
              name: 's',
              description: 'a sum',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [point('a', { asInt: '7' }), point('c', { asInt: '0', flags: 1 })],
              },
            },
            {
              name: 'h',
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  point('a', {
                    count: '3',
                    sum: 6.5,
                    bucketCounts: ['1', '2', '0'],
                    explicitBounds: [1, 5],
                    min: 0.5,
                    max: 4,
                  }),
                ],
              },
            },
            {
              name: 'e',
              exponentialHistogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  point('a', {
                    count: '2',
                    sum: 3,
                    scale: 1,
                    zeroCount: '1',
                    positive: { offset: 1, bucketCounts: ['1'] },
                    negative: {},
                  }),
                ],
              },
            },
            {
              name: 'q',
              summary: {
                dataPoints: [
                  point('a', { count: '4', sum: 8, quantileValues: [{ quantile: 0.5, value: 2 }] }),
                ],
              },
            },
          ],
        },
      ],
    },
  ],
};

const transform = (...statements: readonly unknown[]): Processors => ({
  transform: { metric_statements: statements },
});

const CASES: readonly Processors[] = [
  transform(
    'set(metric.name, Concat(["shop", metric.name], "."))',
    'set(metric.description, metric.unit)',
    'set(metric.unit, "1")',
  ),
  transform(
    'set(metric.metadata["type"], metric.type)',
    'set(metric.metadata["points"], Len(metric.data_points))',
  ),
  transform('set(metric.metadata["sum"], true) where metric.type == METRIC_DATA_TYPE_SUM'),
  transform(
    'set(metric.aggregation_temporality, AGGREGATION_TEMPORALITY_DELTA)',
    'set(metric.is_monotonic, false)',
  ),
  transform(
    'set(metric.metadata["t"], metric.aggregation_temporality)',
    'set(metric.metadata["m"], metric.is_monotonic)',
  ),
  transform(
    'set(datapoint.value_int, 9) where metric.name == "s"',
    'set(datapoint.value_double, 2.5) where metric.name == "g"',
  ),
  transform(
    'set(datapoint.attributes["i"], datapoint.value_int)',
    'set(datapoint.attributes["d"], datapoint.value_double)',
  ),
  transform(
    'set(datapoint.attributes["c"], datapoint.count)',
    'set(datapoint.attributes["s"], datapoint.sum) where metric.type != METRIC_DATA_TYPE_SUMMARY',
  ),
  transform(
    'set(datapoint.count, 11)',
    'set(datapoint.sum, 0.5) where metric.type == METRIC_DATA_TYPE_HISTOGRAM',
  ),
  transform(
    'set(datapoint.attributes["b"], Len(datapoint.bucket_counts))',
    'set(datapoint.attributes["e"], datapoint.explicit_bounds)',
  ),
  transform('set(datapoint.bucket_counts, [1, 1])', 'set(datapoint.explicit_bounds, [2.5])'),
  transform('set(datapoint.scale, -1)', 'set(datapoint.zero_count, 5)', 'set(datapoint.flags, 1)'),
  transform('set(datapoint.time, datapoint.start_time)', 'delete_key(datapoint.attributes, "card")'),
  transform(
    'set(datapoint.attributes["unit"], metric.unit)',
    'set(metric.description, datapoint.attributes["host"])',
  ),
  transform({
    context: 'datapoint',
    statements: [
      'keep_keys(attributes, ["host"])',
      'set(attributes["x"], "y") where flags == FLAG_NO_RECORDED_VALUE',
    ],
  }),
  transform({ context: 'metric', conditions: ['IsMatch(name, "[gs]")'], statements: ['set(unit, "ms")'] }),
  transform('set(resource.attributes["seen"], true)', 'set(scope.version, "2")'),
  { filter: { metric_conditions: ['metric.name == "g"', 'datapoint.attributes["host"] == "c"'] } },
  { filter: { metric_conditions: ['datapoint.attributes["host"] == "a"'] } },
  { filter: { metrics: { metric: ['type == METRIC_DATA_TYPE_HISTOGRAM'], datapoint: ['value_int == 5'] } } },
  {
    filter: {
      metrics: {
        resource: ['attributes["service.name"] == "other"'],
        datapoint: ['IsMatch(attributes["host"], "[bc]")'],
      },
    },
  },
  {
    attributes: {
      actions: [
        { key: 'host', action: 'hash' },
        { key: 'new', value: 1, action: 'insert' },
      ],
    },
  },
  { resource: { attributes: [{ key: 'service.name', value: 'renamed', action: 'upsert' }] } },
  { redaction: { allow_all_keys: true, blocked_values: ['4111'], summary: 'debug' } },
  { redaction: { allowed_keys: ['host'], summary: 'info' } },
  { batch: {}, memory_limiter: { check_interval: '1s', limit_mib: 4000 } },
];

for (const processors of CASES) {
  test(`metrics: ${JSON.stringify(processors).slice(0, 150)}`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const { real, embedded } = await throughBoth(t, 'metrics', processors, METRICS);
    assert.ok(real.length > 0);
    assert.deepEqual(embedded, real);
  });
}
