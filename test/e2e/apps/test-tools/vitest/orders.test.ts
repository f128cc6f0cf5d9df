import type { TestLogger } from 'otel-events/testing';
import { testLogger } from 'otel-events/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { events as appEvents } from './events';

vi.mock('./events', async () => ({ events: (await import('otel-events/testing')).testLogger() }));
afterEach(() => vi.useRealTimers());

test('a logger that is a module is replaced', async () => {
  const events = appEvents as TestLogger;
  events.log('order.paid', { total: 12.5 });
  await events.flush();
  expect(events.emitted[0]?.data).toEqual({ total: 12.5 });
});

test('faked timers fake the time of events, and hold up no flush', async () => {
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) });
  const events = testLogger();
  events.log('order.paid');
  await events.flush();
  expect(events.emitted[0]?.time.getUTCFullYear()).toBe(2030);
});
