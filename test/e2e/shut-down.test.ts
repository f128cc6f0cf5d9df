import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { logRecordsOf } from '../harness/otlp-json.ts';
import { NO_COUNTS } from './check-app.ts';
import { installInRow, runAgain } from './run-in-row.ts';

/** What `shut-down.mjs` prints. */
interface Seen {
  readonly problems: readonly string[];
  readonly total: object;
}

const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' };

/** What is expected of one order of shutting down. */
const ORDERS = [
  {
    title: 'the SDK before the logger: what comes after is counted as dropped, said once',
    args: ['shut-down.mjs', 'sdk-first'],
    env,
    arrived: ['before.shutdown'],
    problems: ['PROVIDER_MISSING'],
    counts: { handedOver: 1, dropped: { disabled: 2 } },
  },
  {
    title: 'the logger before the SDK: all is delivered, and what comes after close() is counted',
    args: ['shut-down.mjs', 'events-first'],
    env,
    arrived: ['before.shutdown', 'open'],
    problems: ['EVENT_AFTER_CLOSE'],
    counts: { handedOver: 2, dropped: { closed: 1 } },
  },
  {
    title: "the SDK before the logger, delivery 'durable': all is delivered",
    args: ['shut-down.mjs', 'sdk-first'],
    env: { ...env, APP_DELIVERY: 'durable' },
    arrived: ['after.shutdown', 'before.shutdown', 'open'],
    problems: [],
    counts: { acked: 3 },
  },
];

const APPS = [
  { fixture: 'SDK 3.x shut down first, or last', app: 'b-sdk3' },
  { fixture: 'SDK 2.x shut down first, or last', app: 'c-sdk2' },
  {
    fixture: 'SDK 2.0 shut down first, or last',
    app: 'c-sdk2',
    more: {
      dependencies: {
        '@opentelemetry/api-logs': '0.200.0',
        '@opentelemetry/instrumentation': '0.200.0',
        '@opentelemetry/instrumentation-http': '0.200.0',
        '@opentelemetry/sdk-node': '0.200.0',
      },
    },
  },
];

for (const app of APPS) {
  describe(app.fixture, () => {
    const { row, installed } = installInRow(app);
    for (const { title, arrived, problems, counts, ...run } of ORDERS) {
      row.check('ledger', title, async () => {
        const { seen, requests } = await runAgain<Seen>(installed(), run);
        // Before 0.203 the SDK has no names of events; without a message the body is the name.
        const names = logRecordsOf(requests).map(({ body }) => body);
        assert.deepEqual(names.sort(), arrived);
        assert.deepEqual(seen.problems, problems);
        assert.deepEqual(seen.total, { ...NO_COUNTS, emitted: 3, ...counts });
        return Object.keys(counts).join('+');
      });
    }
  });
}
