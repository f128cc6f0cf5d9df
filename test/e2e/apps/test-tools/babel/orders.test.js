import { events } from './events';

jest.mock('./events', () => ({ events: require('otel-events/testing').testLogger() }));

test('a logger that is a module is replaced; timers that are faked from the start hold up no flush', async () => {
  events.log('order.paid', { total: 12.5 });
  await events.flush();
  expect(events.emitted[0].data).toEqual({ total: 12.5 });
});
