// Clients that nobody here wrote send all three signals to `otel-events collect` as it is without a configuration of one's own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { tempDir } from '../harness/temp-dir.ts';
import { engines } from './engines.ts';
import { requirePython } from './require-python.ts';
import { requireService, serviceBinary } from './require-service.ts';

const run = promisify(execFile);
const CLIENTS = path.join(import.meta.dirname, 'clients');
const EMBEDDED = path.join(import.meta.dirname, '../../collector/embedded.yaml');
const PYTHON_SDK = {
  name: 'sdk',
  packages: [
    'opentelemetry-sdk==1.45.2',
    'opentelemetry-exporter-otlp-proto-grpc==1.45.2',
    'opentelemetry-exporter-otlp-proto-http==1.45.2',
  ],
};

/** `otel-events collect` on ports of its own, and the names of what is in its files. */
async function collector(t: TestContext) {
  const dir = tempDir(t);
  const [, embedded] = engines;
  assert.ok(embedded);
  const running = await embedded.start({ config: EMBEDDED, dir });
  t.after(() => running.stop());
  const found = (file: string, pattern: RegExp): string[] =>
    [...readFileSync(path.join(dir, file), 'utf8').matchAll(pattern)].map(([, name = '']) => name);
  return {
    grpc: `127.0.0.1:${running.ports.grpc}`,
    http: `127.0.0.1:${running.ports.http}`,
    received: () => ({
      logs: found('events.jsonl', /"body":\{"stringValue":"([^"]*)"/g),
      spans: found('spans.jsonl', /"name":"([^"]*)","kind"/g),
      metrics: found('metrics.jsonl', /"name":"([^"]*)",(?:"[a-z]+":"[^"]*",)*"(?:sum|gauge)"/g),
    }),
  };
}

const ONE_EACH = { logs: ['a log'], spans: ['a span'], metrics: ['a.counter'] };

for (const [protocol, over] of [
  ['grpc', 'grpc'],
  ['http', 'http'],
  ['proto', 'http'],
] as const) {
  test(`the stock SDK for JavaScript, exporters ${protocol}`, async (t) => {
    const { received, ...ports } = await collector(t);
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${ports[over]}` };
    await run(process.execPath, [path.join(CLIENTS, 'stock-app.ts'), protocol], { env });
    assert.deepEqual(received(), ONE_EACH);
  });
}

for (const protocol of ['grpc', 'http'] as const) {
  test(`the SDK for Python over ${protocol}`, async (t) => {
    const python = requirePython(t, PYTHON_SDK);
    if (python === undefined) return;
    const { received, ...ports } = await collector(t);
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${ports[protocol]}` };
    await run(python, [path.join(CLIENTS, 'stock_app.py'), protocol], { env });
    assert.deepEqual(received(), ONE_EACH);
  });
}

for (const [protocol, more] of [
  ['grpc', []],
  ['http', ['--otlp-http']],
] as const) {
  test(`telemetrygen over ${protocol}`, async (t) => {
    if (!requireService(t, 'telemetrygen')) return;
    const { received, ...ports } = await collector(t);
    const options = ['--otlp-insecure', '--otlp-endpoint', ports[protocol], '--rate', '0', ...more];
    for (const signal of ['logs', 'traces', 'metrics'])
      await run(serviceBinary('telemetrygen'), [signal, `--${signal}`, '20', ...options]);
    const { logs, spans, metrics } = received();
    assert.deepEqual(
      [logs, spans.toSorted(), metrics],
      [
        Array(20).fill('the message'),
        [...Array(20).fill('lets-go'), ...Array(20).fill('okey-dokey-0')],
        Array(20).fill('gen'),
      ],
    );
  });
}
