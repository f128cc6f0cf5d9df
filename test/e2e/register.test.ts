import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { runInRow } from './run-in-row.ts';

for (const version of ['1.10.0', '1.9.1', '1.3.0']) {
  describe(`--import otel-events/register in an app with api ${version}`, () => {
    const { row, ran } = runInRow<{ handedOver: number }>({
      fixture: '--import otel-events/register',
      app: 'registered',
      more: { dependencies: { '@opentelemetry/api': version } },
      args: ['--import', 'otel-events/register', 'app.mjs'],
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_SERVICE_NAME: 'from-environment' },
    });

    row.check('warnings', 'nothing is warned about', () => {
      assert.equal(ran().run.stderr, '');
      return 'none';
    });

    row.check('once', 'its event and its span arrive once', () => {
      const { requests } = ran();
      assert.deepEqual(
        logRecordsOf(requests).map(({ eventName }) => eventName),
        ['cart.item_added'],
      );
      assert.deepEqual(
        spansOf(requests).map(({ name }) => name),
        ['order'],
      );
    });

    row.check('trace', 'the event carries the trace of the span', () => {
      const [record, span] = [logRecordsOf(ran().requests)[0], spansOf(ran().requests)[0]];
      assert.ok(span?.traceId);
      assert.deepEqual([record?.traceId, record?.spanId], [span.traceId, span.spanId]);
    });

    row.check('through', 'both leave through the pipeline that the environment describes', () => {
      const all = [...logRecordsOf(ran().requests), ...spansOf(ran().requests)];
      assert.deepEqual(
        all.map(({ resource }) => resource['service.name']),
        ['from-environment', 'from-environment'],
      );
      return 'registered';
    });

    row.check('ledger', 'the ledger books the event as handed over', () => {
      assert.equal(ran().seen.handedOver, 1);
      return 'handedOver';
    });
  });
}
