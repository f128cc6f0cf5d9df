import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { checkApp } from './check-app.ts';
import { runAgain } from './run-in-row.ts';

const args = [
  '--disable-warning=ExperimentalWarning',
  // How ES modules are instrumented.
  '--experimental-loader=@opentelemetry/instrumentation/hook.mjs',
  '--import=@opentelemetry/auto-instrumentations-node/register',
  'app.mjs',
];
const env = {
  OTEL_SERVICE_NAME: 'auto-instrumented',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_METRICS_EXPORTER: 'none',
  // Those of clouds ask servers that are not there.
  OTEL_NODE_RESOURCE_DETECTORS: 'env,process,serviceinstance',
};

describe('an app that is instrumented from outside by --import', () => {
  const app = 'auto-instrumented';
  const { row, ran } = checkApp({
    fixture: '--import auto-instrumentations-node',
    app,
    args,
    env,
    events: 'app',
    spans: 'app',
  });
  row.check('other', 'our own requests are no spans when events leave through our pipeline', async () => {
    const { requests } = await runAgain(ran().installed, {
      args,
      env: { ...env, APP_DELIVERY: 'durable' },
    });
    assert.equal(logRecordsOf(requests).length, 3);
    assert.deepEqual(
      spansOf(requests)
        .map(({ name }) => name)
        .sort(),
      ['GET', 'GET', 'checkout'],
    );
    return "delivery 'durable'";
  });
});
