import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { EventLogger } from 'otel-events';
import { startTestCollector, testLogger } from 'otel-events/testing';

test('what is logged is there after a flush, with faked timers too', async () => {
  jest.useFakeTimers();
  const events = testLogger();
  events.log('order.paid', { total: 12.5 });
  await events.flush();
  expect(events.emitted[0].data).toEqual({ total: 12.5 });
  jest.useRealTimers();
});

test('events arrive at a collector, with a spool too', async () => {
  const collector = await startTestCollector();
  const events = new EventLogger({
    endpoint: collector.endpoint,
    spool: new URL('./spool', import.meta.url).pathname,
  });
  events.log('order.shipped');
  await events.close();
  await collector.stop();
  expect(collector.events.map(({ name }) => name)).toEqual(['order.shipped']);
});

test('every subpath can be imported', async () => {
  const file = new URL('../node_modules/otel-events/package.json', import.meta.url);
  for (const subpath of Object.keys(JSON.parse(readFileSync(file, 'utf8')).exports)) {
    if (subpath !== './package.json') expect(await import(`otel-events${subpath.slice(1)}`)).toBeDefined();
  }
});
