import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { ask, HTTP_CASES, HTTP_SETTINGS } from '../collector/http-cases.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { freePorts, startOtelcol } from './start-otelcol.ts';

test('browsers, encodings and paths are answered as the real collector does', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const ports = await freePorts();
  const configOf = (port: number) => ({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}`, ...HTTP_SETTINGS } } } },
    exporters: { nop: null },
    service: {
      pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  });
  const real = await startOtelcol({ dir: tempDir(t), ports, yaml: JSON.stringify(configOf(ports.http)) });
  t.after(() => real.stop());
  const embedded = await startCollector({ config: configOf(0), write: () => {} });
  t.after(() => embedded.stop());
  for (const [name, one] of Object.entries(HTTP_CASES)) {
    assert.deepEqual(await ask(embedded.endpoint, one), await ask(real.endpoint, one), name);
  }
});
