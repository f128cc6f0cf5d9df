import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';
import type { Batch } from '../../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { freePort } from '../../harness/free-port.ts';
import { httpSink } from '../../harness/http-sink.ts';
import { eventually, logsOf, protobufOf } from '../samples.ts';
import { post, start } from './own-metrics.ts';

/** A collector that takes metrics, and what it was sent, as lines of JSON. */
async function destination(t: TestContext) {
  const requests: string[] = [];
  const endpoint = 'localhost:0';
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint }, grpc: { endpoint } } } },
      service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['mine'] } } },
    },
    exporters: { mine: async (batch: Batch) => void requests.push(String(OtlpRequest.of(batch).json())) },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { endpoints: collector.endpoints, requests };
}

const pushing = (otlp: object, interval = 50) => ({
  readers: [{ periodic: { interval, exporter: { otlp } } }],
});

const ACCEPTED = /"name":"otelcol_receiver_accepted_log_records",.*?"asInt":"(\d+)"/;

for (const protocol of ['http/protobuf', 'grpc'] as const) {
  test(`own metrics are pushed each so often, and at the end: ${protocol}`, async (t) => {
    const { endpoints, requests } = await destination(t);
    const endpoint = endpoints[protocol === 'grpc' ? 'otlp.protocols.grpc' : 'otlp'];
    const { collector } = await start(t, { metrics: pushing({ protocol, endpoint, compression: 'gzip' }) });
    await eventually(() => requests.length >= 2);
    assert.equal(ACCEPTED.exec(requests[0] ?? '')?.[1], '0');
    assert.equal(await post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf('a', 'b'))), 200);
    await collector.stop();
    assert.equal(ACCEPTED.exec(requests.at(-1) ?? '')?.[1], '2');
    const [resource] = JSON.parse(requests.at(-1) ?? '').resourceMetrics;
    const [{ scope, metrics }] = resource.scopeMetrics;
    assert.equal(scope.name, 'otel-events/collector');
    const names = resource.resource.attributes.map(({ key }: { key: string }) => key);
    assert.deepEqual(names, ['service.instance.id', 'service.name', 'service.version']);
    const [uptime] = metrics.filter(({ name }: { name: string }) => name === 'otelcol_process_uptime');
    assert.deepEqual(
      [uptime.unit, uptime.sum.isMonotonic, uptime.sum.aggregationTemporality],
      ['s', true, 2],
    );
  });
}

test('sums have the same beginning after a reload, as they go on', async (t) => {
  const { endpoints, requests } = await destination(t);
  const otlp = { protocol: 'http/protobuf', endpoint: endpoints.otlp };
  const { collector } = await start(t, { metrics: pushing(otlp) });
  await eventually(() => requests.length > 0);
  const { config } = collector;
  const telemetry = { metrics: pushing(otlp, 40) };
  await collector.reload({
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0', max_request_body_size: 1000 } } } },
    exporters: { debug: null },
    service: { telemetry, pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } } },
  });
  assert.notEqual(collector.config, config);
  const before = requests.length;
  await eventually(() => requests.length > before);
  const starts = new Set(requests.flatMap((text) => text.match(/"startTimeUnixNano":"\d+"/g) ?? []));
  assert.equal(starts.size, 1);
});

test('a path in the endpoint is where metrics go, with the headers', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const headers = [{ name: 'x-key', value: 'secret' }];
  const otlp = { protocol: 'http/protobuf', endpoint: `${sink.url}/my/metrics`, headers };
  await start(t, { metrics: pushing(otlp) });
  await sink.arrived(1);
  assert.equal(sink.requests[0]?.path, '/my/metrics');
  assert.equal(sink.requests[0]?.headers['x-key'], 'secret');
});

test('a destination that is away is told once, and stops nothing', async (t) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const { collector, lines } = await start(t, {
    metrics: pushing({ protocol: 'http/protobuf', endpoint }, 10),
  });
  await eventually(() => lines.some((line) => line.includes('delivery fails')));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(lines.filter((line) => line.includes('exporter=service.telemetry.metrics')).length, 1);
  assert.equal(await post(`${collector.endpoint}/v1/logs`, protobufOf(logsOf('a'))), 200);
});

test('a reader that cannot be opened leaves the ports of those before it free', async (t) => {
  const port = await freePort();
  const pull = { pull: { exporter: { prometheus: { host: '127.0.0.1', port } } } };
  const otlp = { protocol: 'http/protobuf', endpoint: 'https://127.0.0.1:1', certificate: '/not/there.pem' };
  const readers = [pull, ...pushing(otlp).readers];
  await assert.rejects(start(t, { metrics: { readers } }), /not.there\.pem/);
  const { collector } = await start(t, { metrics: { readers: [pull] } });
  assert.equal(collector.endpoints['service.telemetry.metrics'], `http://127.0.0.1:${port}/metrics`);
});
