import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { NO_COUNTS, OUR_SERVICE } from './check-app.ts';
import { runInRow } from './run-in-row.ts';

/** What `late-start.mjs` prints. */
interface Seen {
  readonly request: { readonly traceId: string; readonly spanId: string };
  readonly traceparent: string;
  readonly problems: readonly string[];
  readonly total: object;
}

for (const [title, app] of [
  ['3.x', 'b-sdk3'],
  ['2.x', 'c-sdk2'],
] as const) {
  describe(`an app whose SDK ${title} starts after the first event`, () => {
    const { row, ran } = runInRow<Seen>({
      fixture: `SDK ${title} starts after events`,
      app,
      args: ['late-start.mjs'],
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' },
    });

    row.check('warnings', 'nothing is warned about', () => {
      assert.deepEqual([ran().seen.problems, ran().run.stderr], [[], '']);
      return 'none';
    });

    row.check('once', 'every event and every span arrives once', () => {
      const names = logRecordsOf(ran().requests).map(({ eventName }) => eventName);
      assert.deepEqual(names.sort(), ['after.start', 'before.start', 'in.request', 'startup']);
      assert.deepEqual(
        spansOf(ran().requests)
          .map(({ name }) => name)
          .sort(),
        ['in.request', 'request', 'startup'],
      );
    });

    row.check(
      'through',
      'what was before went through our pipeline, what is later goes through the SDK',
      () => {
        const all = [...logRecordsOf(ran().requests), ...spansOf(ran().requests)];
        const services = all.map(({ eventName, name, resource }) => [
          eventName ?? `span ${name}`,
          resource['service.name'],
        ]);
        assert.deepEqual(Object.fromEntries(services), {
          'before.start': OUR_SERVICE,
          'after.start': 'late-start',
          'in.request': 'late-start',
          startup: 'late-start',
          'span startup': OUR_SERVICE,
          'span request': 'late-start',
          'span in.request': 'late-start',
        });
        return 'ours, app';
      },
    );

    row.check('trace', 'events carry the trace of the span around them', () => {
      const { request, traceparent } = ran().seen;
      const traces = logRecordsOf(ran().requests).map(({ eventName, traceId }) => [eventName, traceId]);
      assert.deepEqual(Object.fromEntries(traces), {
        'before.start': undefined,
        'after.start': request.traceId,
        'in.request': request.traceId,
        startup: traceparent.split('-')[1],
      });
    });

    row.check('ledger', 'the ledger tells which went where', () => {
      assert.deepEqual(ran().seen.total, { ...NO_COUNTS, emitted: 4, acked: 1, handedOver: 3 });
      return 'acked, handedOver';
    });
  });
}
