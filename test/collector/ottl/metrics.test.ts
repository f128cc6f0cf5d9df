import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { makeProcessor, problemsOf } from '../make-processor.ts';

const metricsOf = (...metrics: readonly object[]): object => ({
  resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }],
});

test('metrics and their data points have statements of their own, and what is shared is not changed', async () => {
  const { pass } = await makeProcessor('transform', {
    metric_statements: [
      { statements: ['set(datapoint.value_int, datapoint.value_int * 2)'] },
      { context: 'metric', statements: ['set(unit, "ms") where type == METRIC_DATA_TYPE_SUM'] },
    ],
  });
  const decoded = metricsOf({ name: 's', sum: { dataPoints: [{ asInt: '5' }], isMonotonic: true } });
  const before = structuredClone(decoded);
  const left = await pass('metrics', decoded);
  assert.deepEqual(
    left?.decoded(),
    metricsOf({ name: 's', sum: { isMonotonic: true, dataPoints: [{ asInt: '10' }] }, unit: 'ms' }),
  );
  assert.deepEqual(decoded, before);
  assert.ok(OtlpRequest.read('metrics', 'json', left?.json() ?? new Uint8Array()));
});

test('a metric whose data points are all dropped goes with them', async () => {
  const { pass } = await makeProcessor('filter', { metric_conditions: ['datapoint.value_int == 5'] });
  const sum = (...values: readonly string[]) => ({ sum: { dataPoints: values.map((asInt) => ({ asInt })) } });
  const left = await pass('metrics', metricsOf({ name: 'a', ...sum('5') }, { name: 'b', ...sum('5', '6') }));
  assert.deepEqual(left?.decoded(), metricsOf({ name: 'b', ...sum('6') }));
});

test('statements for metrics know the fields and enums of metrics', async () => {
  assert.deepEqual(await problemsOf('transform', { metric_statements: ['set(metric.nam, FLAG_NONE)'] }), [
    'metric_statements[0]: column 5: there is no field nam; did you mean name?',
  ]);
  assert.deepEqual(
    await problemsOf('transform', {
      metric_statements: [
        { context: 'datapoint', statements: ['set(sum, span.name)', 'set(flags, FLAG_NON)'] },
      ],
    }),
    [
      'metric_statements[0].statements[0]: column 10: span is not to be had where statements run for a datapoint; paths begin with datapoint, metric, scope, instrumentation_scope, resource',
      'metric_statements[0].statements[1]: column 12: there is no enum FLAG_NON for a datapoint; did you mean FLAG_NONE?',
    ],
  );
});
