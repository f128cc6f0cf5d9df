import type { EventLogger } from 'otel-events';
import { defineEvent } from 'otel-events/schema';
import { testLogger } from 'otel-events/testing';

const OrderPaid = defineEvent('order.paid', {
  version: 1,
  schema: { type: 'object', properties: { total: { type: 'number' } } },
});

function pay(events: EventLogger): void {
  events.log(OrderPaid, { total: 12.5 });
}

test('what is logged is there after a flush', async () => {
  const events = testLogger();
  pay(events);
  await events.flush();
  expect(events.emitted[0]?.data).toEqual({ total: 12.5 });
});

test('faked timers hold up no flush', async () => {
  jest.useFakeTimers();
  const events = testLogger();
  pay(events);
  await events.flush();
  expect(events.emitted).toHaveLength(1);
});
