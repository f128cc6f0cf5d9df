const TIMES = { startTimeUnixNano: '1700000000000000000', timeUnixNano: '1700000001000000000' };
const EXEMPLAR = {
  timeUnixNano: '1700000000500000000',
  asDouble: 1.5,
  spanId: 'eee19b7ec3c1b174',
  traceId: '5b8efff798038103d269b633813fc60c',
  filteredAttributes: [{ key: 'user', value: { stringValue: 'u' } }],
};

/** A request for `/v1/metrics` in OTLP/JSON with each kind of metric in it, 7 data points in all: fields left out here and there. */
export function metricsRequest(): object {
  const attributes = [{ key: 'kind', value: { stringValue: 'a' } }];
  const metrics = [
    {
      name: 'gauge',
      unit: '1',
      gauge: { dataPoints: [{ ...TIMES, attributes, asDouble: 0 }, { asInt: '-7' }] },
    },
    {
      name: 'sum',
      description: 'all of them',
      sum: {
        dataPoints: [{ ...TIMES, asInt: '9007199254740993', exemplars: [EXEMPLAR], flags: 1 }],
        aggregationTemporality: 2,
        isMonotonic: true,
      },
    },
    {
      name: 'histogram',
      metadata: [{ key: 'm', value: { intValue: '1' } }],
      histogram: {
        dataPoints: [
          {
            ...TIMES,
            count: '3',
            sum: 0,
            min: -1,
            max: 1,
            bucketCounts: ['1', '2', '0'],
            explicitBounds: [0, 5.5],
            exemplars: [{ ...EXEMPLAR, asDouble: undefined, asInt: '0' }],
          },
          { count: '1', bucketCounts: ['1'] },
        ],
        aggregationTemporality: 1,
      },
    },
    {
      name: 'exponential',
      exponentialHistogram: {
        dataPoints: [
          {
            ...TIMES,
            count: '18446744073709551615',
            sum: 1.25,
            scale: -2,
            zeroCount: '1',
            positive: { offset: -3, bucketCounts: ['1', '0', '300'] },
            zeroThreshold: 0.5,
          },
        ],
        aggregationTemporality: 2,
      },
    },
    {
      name: 'summary',
      summary: {
        dataPoints: [
          { ...TIMES, count: '4', sum: 10, quantileValues: [{ quantile: 0.5, value: 2 }, { quantile: 1 }] },
        ],
      },
    },
  ];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'test' }, metrics }] }] };
}
