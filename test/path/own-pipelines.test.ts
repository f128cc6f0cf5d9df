// An event alone, without an SDK in the app: from log() through each of our own pipelines to a real HTTP server.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, type Received, spansOf } from '../harness/otlp-json.ts';

before(() => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
});

/** Runs `use` with a logger that sends to a sink, and gives what arrived. */
async function sentBy(
  delivery: 'durable' | 'sdk',
  use: (events: EventLogger) => unknown,
  options: EventLoggerOptions,
): Promise<{ logs: Received[]; spans: Received[]; events: EventLogger }> {
  await using sink = await httpSink();
  const events = new EventLogger({ delivery, endpoint: sink.url, app: { name: 'shop' }, ...options });
  await use(events);
  const totals = await events.close();
  assert.equal(totals.pending + totals.dropped + totals.rejected, 0, JSON.stringify(totals));
  return { logs: logRecordsOf(sink.requests), spans: spansOf(sink.requests), events };
}

for (const delivery of ['durable', 'sdk'] as const) {
  const sent = (
    use: (events: EventLogger) => unknown,
    options: EventLoggerOptions = {},
  ): ReturnType<typeof sentBy> => sentBy(delivery, use, options);

  suite(`delivery '${delivery}'`, () => {
    test('a logged event is a log record with name, body, severity, two exact times and an id', async () => {
      const start = BigInt(Date.now()) * 1_000_000n;
      let id = '';
      const { logs } = await sent((events) => {
        id = events.log('cart.item_added', { sku: 'A1', nested: { list: [1, null] } }, { category: 'cart' });
      });
      assert.equal(logs.length, 1);
      const [record] = logs;
      assert.ok(record);
      assert.equal(record.eventName, 'cart.item_added');
      assert.equal(record.body, 'cart.item_added');
      assert.equal(record.severityNumber, 9);
      assert.deepEqual(record.attributes, {
        'log.record.uid': id,
        'event.category': 'cart',
        sku: 'A1',
        nested: { list: [1, null] },
      });
      assert.equal(record.timeUnixNano, record.observedTimeUnixNano);
      const time = BigInt(record.timeUnixNano ?? 0);
      assert.ok(time > start - 2_000_000n && time < start + 1_000_000_000n, `${time}`);
      assert.notEqual(time % 1_000_000n, 0n, 'finer than a millisecond');
      assert.equal(record.traceId ?? '', '');
    });

    test('times never go back within a process and ids sort as they were made', async () => {
      const { logs } = await sent((events) => {
        for (let count = 0; count < 5000; count++) events.log('tick');
      });
      const times = logs.map(({ timeUnixNano }) => BigInt(timeUnixNano ?? 0));
      assert.ok(times.every((time, index) => index === 0 || time >= (times[index - 1] as bigint)));
      const ids = logs.map(({ attributes }) => attributes['log.record.uid']);
      assert.deepEqual(ids, [...ids].sort());
      assert.equal(new Set(ids).size, 5000);
    });

    test('app, environment and options become the resource; options win over variables over detection', async (t) => {
      process.env.OTEL_SERVICE_NAME = 'from-env';
      process.env.OTEL_RESOURCE_ATTRIBUTES =
        'team=blue%20one,deployment.environment.name=env,host.name=envhost';
      t.after(() => {
        delete process.env.OTEL_SERVICE_NAME;
        delete process.env.OTEL_RESOURCE_ATTRIBUTES;
      });
      const app = {
        id: 'i',
        version: '1.2',
        containerVersion: '7',
        orgName: 'Acme',
        orgUrl: 'https://acme.example',
      };
      const { logs, spans } = await sent((events) => events.track('x', () => 1), {
        app,
        environment: 'prod',
        resource: { 'host.arch': 'mine', zones: ['a', 'b'] },
      });
      const resource = logs[0]?.resource ?? {};
      const wanted = {
        'service.name': 'i',
        'service.version': '1.2',
        'app.id': 'i',
        'container.image.tags': ['7'],
        'app.org.name': 'Acme',
        'app.org.url': 'https://acme.example',
        'deployment.environment.name': 'prod',
        team: 'blue one',
        'host.name': 'envhost',
        'host.arch': 'mine',
        zones: ['a', 'b'],
        'process.pid': process.pid,
        'telemetry.distro.name': 'otel-events',
        'telemetry.sdk.name': delivery === 'sdk' ? 'opentelemetry' : 'otel-events',
      };
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, resource[key]])), wanted);
      assert.deepEqual(spans[0]?.resource, resource, 'spans have the same resource');
      assert.equal(
        Object.keys(resource).some((name) => name.startsWith('process.command')),
        false,
      );
    });

    test('a scope is a span around a record; nested scopes are its children', async () => {
      const { logs, spans } = await sent((events) =>
        events.track(
          'checkout',
          { cart: 7, nested: { a: 1 } },
          { session: { s: 1 }, category: 'c' },
          async (outer) => {
            events.log('step');
            await events.track('payment', async () => {
              await new Promise((resolve) => setTimeout(resolve, 5));
              events.log('charged');
            });
            outer.add({ total: 12.5 });
          },
        ),
      );
      const span = Object.fromEntries(spans.map((each) => [each.name, each]));
      const log = Object.fromEntries(logs.map((each) => [each.eventName, each]));
      assert.equal(spans.length, 2);
      assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
      assert.equal(span.payment?.parentSpanId, span.checkout?.spanId);
      assert.equal(span.checkout?.parentSpanId ?? '', '');
      assert.equal(span.checkout?.kind, 1, 'INTERNAL');
      for (const [event, scope] of [
        ['step', 'checkout'],
        ['checkout', 'checkout'],
        ['charged', 'payment'],
        ['payment', 'payment'],
      ] as const) {
        assert.equal(log[event]?.spanId, span[scope]?.spanId, event);
        assert.equal(log[event]?.traceId, span[scope]?.traceId, event);
      }
      const attributes = log.checkout?.attributes ?? {};
      assert.deepEqual(span.checkout?.attributes, attributes, 'the span has what the record has');
      assert.deepEqual(attributes.nested, { a: 1 });
      assert.equal(attributes.total, 12.5);
      assert.equal(
        span.checkout?.endTimeUnixNano,
        log.checkout?.timeUnixNano,
        'the record is timed at the end',
      );
      const seconds = Number(
        BigInt(span.checkout?.endTimeUnixNano ?? 0) - BigInt(span.checkout?.startTimeUnixNano ?? 0),
      );
      assert.ok(Math.abs(seconds / 1e9 - (attributes['event.duration'] as number)) < 1e-6);
    });

    test('events inside a scope are copied to its span, where Jaeger shows them; outside nothing is', async () => {
      const { spans } = await sent((events) => {
        events.log('before');
        events.track('scope', () => {
          events.log('inside', {
            map: { a: 1 },
            list: ['x'],
            n: 2,
            mixed: [1, 'a'],
            bytes: Buffer.from('hi'),
          });
        });
      });
      const [scope] = spans;
      assert.deepEqual(
        scope?.events?.map(({ name }) => name),
        ['inside'],
      );
      const { 'log.record.uid': uid, ...attributes } = scope?.events?.[0]?.attributes ?? {};
      assert.ok(uid);
      assert.deepEqual(attributes, { map: '{"a":1}', list: ['x'], n: 2, mixed: '[1,"a"]', bytes: 'aGk=' });
    });

    test('copies stop at the span’s limit, and the span says how many were left out', async () => {
      const { spans, logs } = await sent((events) =>
        events.track('busy', () => {
          for (let count = 0; count < 200; count++) events.log('tick');
        }),
      );
      assert.equal(logs.length, 201);
      assert.equal(spans[0]?.events?.length, 127);
      assert.equal(spans[0]?.attributes['event.span_events.skipped'], 73);
    });

    test('a failed scope has an ERROR span with the exception, and an ERROR record', async () => {
      const { logs, spans } = await sent((events) =>
        assert.throws(() =>
          events.track('pay', () => {
            throw new RangeError('no funds');
          }),
        ),
      );
      assert.equal(logs[0]?.severityNumber, 17);
      assert.deepEqual(spans[0]?.status, { code: 2, message: 'no funds' });
      const { 'error.type': type, 'exception.message': message } = logs[0]?.attributes ?? {};
      assert.deepEqual({ type, message }, { type: 'RangeError', message: 'no funds' });
      const [exception] = spans[0]?.events ?? [];
      assert.equal(exception?.name, 'exception');
      assert.equal(exception?.attributes['exception.type'], 'RangeError');
    });

    test('a thrown value that is no error is recorded too', async () => {
      const { logs } = await sent((events) =>
        assert.rejects(
          events.track('odd', async () => {
            throw 'just text';
          }),
        ),
      );
      assert.equal(logs[0]?.attributes['exception.type'], 'string');
      assert.equal(logs[0]?.attributes['exception.message'], 'just text');
    });

    test('traceparent goes in as an option and comes out of a scope', async () => {
      const remote = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      let out = '';
      const { logs, spans } = await sent((events) => {
        events.log('remote', {}, { traceparent: remote });
        events.track('served', {}, { traceparent: remote, kind: 1 }, (scope) => {
          out = scope.traceparent;
        });
      });
      assert.equal(logs[0]?.traceId, '0af7651916cd43dd8448eb211c80319c');
      assert.equal(logs[0]?.spanId, 'b7ad6b7169203331');
      assert.equal(spans[0]?.parentSpanId, 'b7ad6b7169203331');
      assert.equal(spans[0]?.kind, 2, 'SERVER');
      assert.equal(out, `00-0af7651916cd43dd8448eb211c80319c-${spans[0]?.spanId}-01`);
    });

    test('timestamp sets the time of an event and the start of a scope; severity and message are kept', async () => {
      const at = 1_700_000_000_123_456_789n;
      const { logs, spans } = await sent((events) => {
        events.log('old', {}, { timestamp: at, severity: 'WARN', message: 'it happened' });
        events.log('date', {}, { timestamp: new Date(1_700_000_000_500) });
        events.track('long', {}, { timestamp: Date.now() - 5000 }, () => {});
      });
      assert.equal(logs[0]?.timeUnixNano, String(at));
      assert.notEqual(logs[0]?.observedTimeUnixNano, String(at));
      assert.equal(logs[0]?.severityNumber, 13);
      assert.equal(logs[0]?.body, 'it happened');
      assert.equal(logs[1]?.timeUnixNano, '1700000000500000000');
      assert.ok((logs[2]?.attributes['event.duration'] as number) >= 5);
      assert.ok(
        BigInt(spans[0]?.endTimeUnixNano ?? 0) - BigInt(spans[0]?.startTimeUnixNano ?? 0) >= 5_000_000_000n,
      );
    });

    test('a scope that is open at close is emitted as incomplete', async () => {
      const { logs } = await sent((events) => {
        events.track('forgotten', { n: 1 });
      });
      assert.equal(logs[0]?.eventName, 'forgotten');
      assert.equal(logs[0]?.attributes['event.incomplete'], true);
      assert.equal(logs[0]?.attributes.n, 1);
    });

    test('a burst of 20,000 events in one turn arrives whole', async () => {
      const { logs, events } = await sent((logger) => {
        for (let count = 0; count < 20_000; count++) logger.log('burst', { count });
      });
      assert.deepEqual(
        logs.map(({ attributes }) => attributes.count),
        Array.from({ length: 20_000 }, (_, index) => index),
      );
      assert.equal(events.stats().events.burst?.acked, 20_000);
    });

    test('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT moves the overflow, it loses nothing', async (t) => {
      process.env.OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT = '8';
      t.after(() => delete process.env.OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT);
      const { logs } = await sent((events) =>
        events.log('many', { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 }),
      );
      const { 'log.record.uid': _, data, ...direct } = logs[0]?.attributes ?? {};
      assert.deepEqual(
        { ...direct, ...(data as object) },
        { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 },
      );
      assert.ok(Object.keys(direct).length <= 7);
    });

    test('the sampler of the environment decides about spans, never about events', async (t) => {
      process.env.OTEL_TRACES_SAMPLER = 'always_off';
      t.after(() => delete process.env.OTEL_TRACES_SAMPLER);
      const { logs, spans } = await sent((events) => events.track('x', () => events.log('y')));
      assert.equal(logs.length, 2);
      assert.equal(spans.length, 0);
      assert.equal(logs[0]?.traceId, logs[1]?.traceId);
    });

    test('the headers option is sent, and the default format is protobuf', async (t) => {
      delete process.env.OTEL_EXPORTER_OTLP_PROTOCOL;
      t.after(() => {
        process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
      });
      await using sink = await httpSink();
      const events = new EventLogger({ endpoint: `${sink.url}/base/`, headers: { 'x-key': 'k' } });
      events.log('x');
      await events.close();
      const [request] = sink.requests;
      assert.equal(request?.path, '/base/v1/logs');
      assert.equal(request?.headers['content-type'], 'application/x-protobuf');
      assert.equal(request?.headers['x-key'], 'k');
    });
  });
}
