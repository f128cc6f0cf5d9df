// What the durable processors make of records, resources and listeners that are broken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DurableSpan } from '../../src/otel/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { loggingApp, RESOURCE, tracingTo } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

const broken = (): never => {
  throw new Error('broken');
};

test('a record that cannot be read costs nothing but itself, and never throws at the app', async () => {
  await using app = await loggingApp();
  app.logger.emit({ body: 1 });
  const { resource } = { resource: RESOURCE };
  const scope = { name: 'hostile' };
  for (const record of [
    undefined,
    {},
    {
      get resource() {
        return broken();
      },
    },
    {
      resource,
      instrumentationScope: scope,
      get hrTime() {
        return broken();
      },
    },
    {
      resource,
      instrumentationScope: scope,
      hrTime: [1, 2],
      hrTimeObserved: [1, 2],
      get attributes() {
        return broken();
      },
    },
    {
      get eventName() {
        return broken();
      },
    },
  ]) {
    assert.doesNotThrow(() => app.processor.onEmit(record as never));
  }
  app.logger.emit({ body: 2 });
  await app.provider.forceFlush();
  assert.deepEqual(app.bodies(), [1, null, null, 2], 'what can be read of a record is delivered');
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.acked, ledger.total.dropped], [4, { unreadable: 4 }]);
  assert.deepEqual(app.codes(), ['EVENT_INVALID'], 'said once');
});

test('so does a span', async () => {
  await using sink = await httpSink();
  const { provider, processor } = tracingTo(sink, { onError: () => {} });
  provider.getTracer('t').startSpan('good').end();
  for (const span of [undefined, {}, { spanContext: broken }, { spanContext: () => ({ traceFlags: 1 }) }]) {
    assert.doesNotThrow(() => processor.onEnd(span as unknown as DurableSpan));
  }
  provider.getTracer('t').startSpan('good too').end();
  await provider.shutdown();
  assert.deepEqual(
    spansOf(sink.requests).map(({ name }) => name),
    ['good', 'good too'],
  );
  assertBalanced(processor.stats());
  assert.deepEqual(processor.stats().spans.dropped, { unreadable: 4 });
});

test('values that throw are named where they stood; the rest of the record arrives', async () => {
  await using app = await loggingApp();
  const body = {
    get bad() {
      return broken();
    },
    good: 1,
  };
  app.logger.emit({ body: body as never, attributes: { fine: true } });
  await app.provider.forceFlush();
  const [record] = logRecordsOf(app.sink.requests);
  assert.deepEqual([record?.body, record?.attributes], [{ bad: '[Unreadable]', good: 1 }, { fine: true }]);
});

test('a resource or scope that cannot be read is left out; the records arrive', async () => {
  await using app = await loggingApp();
  const resource = {
    get attributes() {
      return broken();
    },
  };
  const instrumentationScope = {
    get name() {
      return broken();
    },
  };
  const record = {
    body: 'x',
    hrTime: [1, 2],
    hrTimeObserved: [1, 2],
    attributes: {},
    droppedAttributesCount: 0,
  };
  app.processor.onEmit({ ...record, resource, instrumentationScope: { name: 's' } } as never);
  app.processor.onEmit({ ...record, resource: RESOURCE, instrumentationScope } as never);
  await app.processor.forceFlush();
  const seen = logRecordsOf(app.sink.requests).map(({ body, resource, scope }) => [
    body,
    resource['service.name'],
    scope.name,
  ]);
  assert.deepEqual(seen, [
    ['x', undefined, 's'],
    ['x', 'shop', undefined],
  ]);
});

test('a record that is logged while another is encoded arrives, and so does the other', async () => {
  await using app = await loggingApp();
  const outer = {
    toJSON() {
      app.provider.getLogger('inner').emit({ body: 'inner' });
      return 'outer';
    },
  };
  app.logger.emit({ body: outer as never });
  await app.provider.forceFlush();
  assert.deepEqual(app.bodies().toSorted(), ['inner', 'outer']);
});

test('a listener that throws stops nothing', async () => {
  await using app = await loggingApp({ onError: broken }, (_, response, index) => {
    response.statusCode = index === 0 ? 503 : 200;
    response.end();
  });
  app.logger.emit({ body: 1 });
  await app.provider.forceFlush();
  assert.equal(app.processor.stats().total.acked, 1);
});
