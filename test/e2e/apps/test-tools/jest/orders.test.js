const { EventLogger, OtelEventsError } = require('otel-events');
const { startTestCollector, testLogger } = require('otel-events/testing');

afterEach(() => jest.useRealTimers());

test('what is logged is there after a flush', async () => {
  const events = testLogger();
  events.log('order.paid', { total: 12.5, lines: new Map([['A1', 2]]) });
  await events.track('checkout', {}, async (scope) => scope.add({ cart: 7 }));
  await events.flush();
  expect(events.emitted.map(({ name }) => name)).toEqual(['order.paid', 'checkout']);
  expect(events.emitted[0].data).toEqual({ total: 12.5, lines: { A1: 2 } });
});

test('faked timers fake the time of events, and hold up no flush', async () => {
  jest.useFakeTimers({ now: Date.UTC(2030, 0, 1) });
  const events = testLogger();
  events.log('order.paid');
  await events.flush();
  expect(events.emitted[0].time.getUTCFullYear()).toBe(2030);
});

test('events arrive at a collector, with a spool too', async () => {
  const collector = await startTestCollector();
  const events = new EventLogger({ endpoint: collector.endpoint });
  events.log('order.paid');
  await events.close();
  const durable = new EventLogger({ endpoint: collector.endpoint, spool: `${__dirname}/spool` });
  durable.log('order.shipped');
  await durable.close();
  await collector.stop();
  expect(collector.events.map(({ name }) => name)).toEqual(['order.paid', 'order.shipped']);
});

test('every subpath can be required', () => {
  for (const subpath of Object.keys(require('otel-events/package.json').exports)) {
    expect(require(`otel-events${subpath.slice(1)}`)).toBeDefined();
  }
  expect(() => new EventLogger({ endpont: '' })).toThrow(OtelEventsError);
});
