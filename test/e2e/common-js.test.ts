import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpSink } from '../harness/http-sink.ts';
import { installApp } from './install-app.ts';
import { runNode } from './run.ts';

test('a CommonJS app can require the package, and import gives it the same classes', async () => {
  await using sink = await httpSink();
  using app = await installApp('common-js');
  const run = await runNode(app.dir, ['app.js'], { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
  assert.deepEqual(JSON.parse(run.stdout), {
    totals: { acked: 1, pending: 0, rejected: 0, dropped: 0 },
    kept: 1,
    oneClass: true,
  });
});
