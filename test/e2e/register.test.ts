import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { installApp } from './install-app.ts';
import { runNode } from './run.ts';

for (const version of ['1.10.0', '1.9.1', '1.3.0']) {
  test(`--import otel-events/register gives an app with api ${version} a pipeline for spans and events`, async () => {
    await using sink = await httpSink((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
    using app = await installApp('registered', { dependencies: { '@opentelemetry/api': version } });
    const run = await runNode(app.dir, ['--import', 'otel-events/register', 'app.mjs'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'from-environment',
    });
    assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
    assert.equal(JSON.parse(run.stdout).handedOver, 1);
    const records = logRecordsOf(sink.requests);
    const spans = spansOf(sink.requests);
    assert.deepEqual(
      records.map(({ eventName, traceId, spanId }) => ({ eventName, traceId, spanId })),
      [{ eventName: 'cart.item_added', traceId: spans[0]?.traceId, spanId: spans[0]?.spanId }],
    );
    assert.deepEqual(
      [...spans, ...records].map(({ name, resource }) => [name, resource['service.name']]),
      [
        ['order', 'from-environment'],
        [undefined, 'from-environment'],
      ],
    );
  });
}
