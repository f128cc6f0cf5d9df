// What the real exporter packs, in each way that it has, is taken by the embedded collector.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { eventually, logsOf, namesInFile, namesSoFar } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';

const COMPRESSIONS = ['none', 'gzip', 'zlib', 'deflate', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'] as const;

/** Over gRPC. */
const GRPC_COMPRESSIONS = ['none', 'gzip', 'snappy', 'zstd'] as const;

/** So many that there are several blocks of every format. */
const NAMES = Array.from({ length: 5_000 }, (_, index) => `event.${(index * 7919) % 5_000}`);

test('all that the real exporter packs is taken, whichever way', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const file = path.join(tempDir(t), 'out.jsonl');
  const embedded = await startCollector({
    config: {
      receivers: {
        otlp: { protocols: { http: { endpoint: 'localhost:0' }, grpc: { endpoint: 'localhost:0' } } },
      },
      exporters: { file: { path: file } },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
    },
    write: () => {},
  });
  t.after(() => embedded.stop());
  const sending_queue = { enabled: false };
  const grpcEndpoint = embedded.endpoints['otlp.protocols.grpc'];
  const exporters: [string, object][] = [
    ...COMPRESSIONS.map((compression): [string, object] => [
      `otlp_http/${compression}`,
      { endpoint: embedded.endpoint, compression, sending_queue },
    ]),
    ...GRPC_COMPRESSIONS.map((compression): [string, object] => [
      `otlp_grpc/${compression}`,
      { endpoint: grpcEndpoint, compression, sending_queue, tls: { insecure: true } },
    ]),
  ];
  const real = await startOtelcol({
    dir: tempDir(t),
    yaml: JSON.stringify({
      receivers: {
        otlp: {
          protocols: { http: { endpoint: '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}' } },
        },
      },
      exporters: Object.fromEntries(exporters),
      service: {
        pipelines: { logs: { receivers: ['otlp'], exporters: exporters.map(([id]) => id) } },
        telemetry: { metrics: { level: 'none' } },
      },
    }),
  });
  t.after(() => real.stop());
  const response = await fetch(`${real.endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(logsOf(...NAMES)),
  });
  assert.equal(response.status, 200, await response.text());
  await eventually(() => namesSoFar(file).length === exporters.length * NAMES.length);
  assert.deepEqual(
    namesInFile(file),
    exporters.flatMap(() => NAMES),
  );
  assert.equal(embedded.stats().receivers.otlp?.accepted.logs, exporters.length * NAMES.length);
});
