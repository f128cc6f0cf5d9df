import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { decodeProtobuf, type OtlpObject, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';

const TEMPORALITIES = [AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE];

// JSON has no negative zero.
const level = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);

const measured = fc.record({
  temporality: fc.constantFrom(...TEMPORALITIES),
  adds: fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 3 }),
  ups: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 3 }),
  levels: fc.array(level, { minLength: 1, maxLength: 3 }),
  times: fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 9 }),
});

async function collect(
  given: typeof measured extends fc.Arbitrary<infer T> ? T : never,
): Promise<ResourceMetrics> {
  const exporter = new InMemoryMetricExporter(given.temporality);
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [{ instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('scope', '1.0');
  for (const [at, add] of given.adds.entries()) meter.createCounter('adds').add(add, { at });
  for (const [at, up] of given.ups.entries()) meter.createUpDownCounter('ups', { unit: '1' }).add(up, { at });
  for (const [at, level] of given.levels.entries()) meter.createGauge('levels').record(level, { at });
  for (const time of given.times) {
    meter.createHistogram('explicit', { description: 'all of them' }).record(time);
    meter.createHistogram('exponential').record(time);
  }
  await provider.forceFlush();
  const [metrics] = exporter.getMetrics();
  await provider.shutdown();
  return metrics as ResourceMetrics;
}

/** The SDK's JSON writes every field, and 64-bit integers as numbers; of optional ones it writes what is there. */
test('metrics: the SDK’s protobuf decodes to what its JSON says, and is encoded again without a loss', async () => {
  await fc.assert(
    fc.asyncProperty(measured, async (given) => {
      const metrics = await collect(given);
      const protobuf = ProtobufMetricsSerializer.serializeRequest(metrics) as Uint8Array;
      const json = JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array;
      const decoded = decodeProtobuf(REQUEST.metrics, protobuf);
      assert.deepEqual(decoded, decodeJson(REQUEST.metrics, json));
      assert.deepEqual(decodeProtobuf(REQUEST.metrics, encodeProtobuf(REQUEST.metrics, decoded)), decoded);
      const { adds, ups, levels } = given;
      assert.equal(scanProtobuf(REQUEST.metrics, protobuf), adds.length + ups.length + levels.length + 2);
      assert.deepEqual(kindsIn(decoded), ['sum', 'histogram', 'exponentialHistogram', 'gauge', 'sum']);
    }),
    { numRuns: 50 },
  );
});

interface Metric {
  readonly name: string;
  readonly [kind: string]: unknown;
}

function metricsIn(decoded: OtlpObject): Metric[] {
  const [resource] = decoded.resourceMetrics as unknown as [{ scopeMetrics: [{ metrics: Metric[] }] }];
  return resource.scopeMetrics[0].metrics.toSorted((one, two) => (one.name < two.name ? -1 : 1));
}

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

function kindsIn(decoded: OtlpObject): string[] {
  return metricsIn(decoded).map((metric) => KINDS.filter((kind) => kind in metric).join());
}

/** The first point of each metric, in the order of their names, without times and attributes. */
function pointsIn(decoded: OtlpObject): OtlpObject[] {
  return metricsIn(decoded).map((metric) => {
    const kind = KINDS.find((each) => each in metric) as string;
    const { dataPoints } = metric[kind] as { dataPoints: [OtlpObject] };
    const { startTimeUnixNano, timeUnixNano, attributes, ...rest } = dataPoints[0];
    return rest;
  });
}

test('metrics: histograms keep their buckets, bounds, and what is 0', async () => {
  const { DELTA: temporality } = AggregationTemporality;
  const metrics = await collect({ temporality, adds: [1], ups: [-5], levels: [0], times: [0, 7] });
  const bytes = ProtobufMetricsSerializer.serializeRequest(metrics) as Uint8Array;
  const both = { count: '2', sum: 7, min: 0, max: 7 };
  assert.deepEqual(pointsIn(decodeProtobuf(REQUEST.metrics, bytes)), [
    { asDouble: 1 },
    {
      ...both,
      bucketCounts: ['1', '0', '1', ...Array(13).fill('0')],
      explicitBounds: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000],
    },
    {
      ...both,
      scale: 20,
      zeroCount: '1',
      positive: { offset: 2943724, bucketCounts: ['1'] },
      negative: {},
    },
    { asDouble: 0 },
    { asDouble: -5 },
  ]);
});
