import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { startCollector } from '../../src/collector/index.ts';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST, RESPONSE } from '../../src/otlp/wire/messages.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { eventually } from './samples.ts';
import { withoutTime } from './without-time.ts';

const RECEIVERS = { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } };
const metricsTo = (...exporters: readonly string[]) => ({
  pipelines: { 'metrics/all': { receivers: ['otlp'], exporters } },
});

async function start(t: TestContext, config: object) {
  const lines: string[] = [];
  const collector = await startCollector({ config, write: (line) => lines.push(withoutTime(line)) });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return { collector, lines };
}

/** Exports three data points of two metrics. @returns what was handed to the exporter */
async function exportWith(exporter: PushMetricExporter): Promise<ResourceMetrics> {
  const memory = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('shop');
  const orders = meter.createCounter('orders');
  orders.add(1, { kind: 'a' });
  orders.add(2, { kind: 'b' });
  meter.createHistogram('latency', { unit: 'ms' }).record(12);
  await provider.forceFlush();
  const [metrics] = memory.getMetrics() as [ResourceMetrics];
  const result = await new Promise<ExportResult>((resolve) => exporter.export(metrics, resolve));
  assert.equal(result.code, ExportResultCode.SUCCESS);
  await Promise.all([exporter.shutdown(), provider.shutdown()]);
  return metrics;
}

const linesOf = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const canonical = (metrics: ResourceMetrics): unknown =>
  decodeJson(REQUEST.metrics, JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array);

for (const [encoding, Exporter] of Object.entries({ JSON: JsonExporter, protobuf: ProtobufExporter })) {
  test(`metrics of the stock exporter in ${encoding} are in the file, whole, and counted by data point`, async (t) => {
    const file = path.join(tempDir(t), 'metrics.jsonl');
    const { collector, lines } = await start(t, {
      receivers: RECEIVERS,
      exporters: { file: { path: file }, debug: { verbosity: 'normal' } },
      service: metricsTo('file', 'debug'),
    });
    const exported = await exportWith(new Exporter({ url: `${collector.endpoint}/v1/metrics` }));
    assert.deepEqual(linesOf(file), [canonical(exported)]);
    assert.deepEqual(collector.stats().receivers.otlp?.accepted, { logs: 0, traces: 0, metrics: 3 });
    assert.equal(collector.stats().exporters.file?.sent, 3);
    assert.equal(lines[0], 'debug: metrics items=3 resources=1 metrics=2');
    assert.deepEqual(
      lines.slice(1).map((line) => JSON.parse(line).name),
      ['orders', 'latency'],
    );
  });
}

test('metrics go on over HTTP, to the path of metrics or to an endpoint of their own', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const { collector } = await start(t, {
    receivers: RECEIVERS,
    exporters: {
      otlp_http: { endpoint: sink.url, encoding: 'json', compression: 'none' },
      'otlp_http/own': { metrics_endpoint: `${sink.url}/mine` },
    },
    service: metricsTo('otlp_http', 'otlp_http/own'),
  });
  const exported = await exportWith(new ProtobufExporter({ url: `${collector.endpoint}/v1/metrics` }));
  await sink.arrived(2);
  const paths = sink.requests.map((request) => request.path);
  assert.deepEqual(paths.toSorted(), ['/mine', '/v1/metrics']);
  const own = sink.requests.find((request) => request.path === '/v1/metrics');
  assert.deepEqual(JSON.parse(String(own?.body)), canonical(exported));
});

test('data points that a destination refuses are counted as lost', async (t) => {
  const partialSuccess = { rejectedDataPoints: '2', errorMessage: 'too old' };
  const sink = await httpSink((_, response) => {
    response.setHeader('content-type', 'application/x-protobuf');
    response.end(encodeProtobuf(RESPONSE.metrics, { partialSuccess }));
  });
  t.after(() => sink.close());
  const { collector } = await start(t, {
    receivers: RECEIVERS,
    exporters: { otlp_http: { endpoint: sink.url } },
    service: metricsTo('otlp_http'),
  });
  await exportWith(new ProtobufExporter({ url: `${collector.endpoint}/v1/metrics` }));
  await eventually(() => collector.stats().exporters.otlp_http?.dropped === 2);
  const { sent, dropReasons } = collector.stats().exporters.otlp_http ?? {};
  assert.deepEqual([sent, dropReasons], [1, { partial_success: 2 }]);
});

test('a pipeline of profiles is left out with one warning, and the others run', async (t) => {
  const { collector, lines } = await start(t, {
    receivers: RECEIVERS,
    exporters: { nop: {}, file: { path: path.join(tempDir(t), 'a.jsonl') } },
    service: {
      pipelines: {
        profiles: { receivers: ['otlp'], exporters: ['nop'] },
        'profiles/b': { receivers: ['otlp'], exporters: ['nop'] },
        metrics: { receivers: ['otlp'], exporters: ['file'] },
      },
    },
  });
  assert.deepEqual(lines, [
    'WARN only the OpenTelemetry Collector carries profiles; left out of service.pipelines: profiles, profiles/b',
  ]);
  assert.deepEqual(
    collector.config.service.pipelines.map(({ id }) => id),
    ['metrics'],
  );
});

test('metrics in a queue on disk outlive the collector, and go out after it', async (t) => {
  const directory = path.join(tempDir(t), 'queue');
  const sink = await httpSink((_, response, index) => {
    response.statusCode = index === 0 ? 503 : 200;
    response.end();
  });
  t.after(() => sink.close());
  const config = {
    receivers: RECEIVERS,
    extensions: { file_storage: { directory, create_directory: true } },
    exporters: {
      otlp_http: {
        endpoint: sink.url,
        compression: 'none',
        encoding: 'json',
        sending_queue: { storage: 'file_storage' },
        retry_on_failure: { initial_interval: '1h', max_interval: '1h', max_elapsed_time: '0s' },
      },
    },
    service: { extensions: ['file_storage'], ...metricsTo('otlp_http') },
  };
  const first = await start(t, config);
  const exported = await exportWith(new JsonExporter({ url: `${first.collector.endpoint}/v1/metrics` }));
  await sink.arrived(1);
  await first.collector.stop({ timeoutMs: 10 });
  const second = await start(t, config);
  await sink.arrived(2);
  assert.deepEqual(JSON.parse(String(sink.requests[1]?.body)), canonical(exported));
  await eventually(() => second.collector.stats().exporters.otlp_http?.sent === 3);
});
