import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';

const UNUSABLE: readonly [given: unknown, shown: string][] = [
  [1_700_000_000_000 * 1e6, '1700000000000000000'],
  [1_700_000_000_000 * 1e3, '1700000000000000'],
  [Date.UTC(2555, 0, 1), String(Date.UTC(2555, 0, 1))],
  [new Date(Date.UTC(2555, 0, 1)), '2555-01-01T00:00:00.000Z'],
  [-1, '-1'],
  [20_000_000_000_000_000_000n, '20000000000000000000'],
  [1e300, '1e+300'],
  [Number.NaN, 'NaN'],
  [new Date(Number.NaN), 'Invalid Date'],
  ['2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z'],
  ['a secret', 'a string'],
  [{ toString: () => 'a secret' }, 'an object'],
];

test('a time that cannot be used is said once; the event has the time of the call and shows what was given', async () => {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  const records: EventRecord[] = [];
  const errors: OtelEventsError[] = [];
  const events = new EventLogger({
    delivery: 'none',
    tracerProvider,
    exporters: [(batch) => void records.push(...batch)],
    onError: (error) => void errors.push(error),
  });
  const before = BigInt(Date.now() - 1000) * 1_000_000n;
  for (const [timestamp] of UNUSABLE) {
    events.log('logged', {}, { timestamp: timestamp as number });
    events.track('tracked', {}, { timestamp: timestamp as number }, () => {});
  }
  events.log('fine', {}, { timestamp: 1500 });
  await events.close();
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EVENT_INVALID'],
  );
  assert.match(
    errors[0]?.message ?? '',
    /^option timestamp .* nanoseconds are no milliseconds; this is said once$/,
  );
  const shown = UNUSABLE.map(([, text]) => text);
  for (const name of ['logged', 'tracked']) {
    const those = records.filter(({ eventName }) => eventName === name);
    assert.deepEqual(
      those.map(({ attributes }) => attributes['event.time.given']),
      shown,
    );
    for (const { timeUnixNano } of those) assert.ok(timeUnixNano > before);
  }
  const finished = spans.getFinishedSpans();
  assert.deepEqual(
    finished.map(({ attributes }) => attributes['event.time.given']),
    shown,
  );
  for (const { startTime, endTime } of finished) {
    assert.ok(BigInt(startTime[0]) * 1_000_000_000n > before);
    assert.ok(endTime[0] >= startTime[0]);
  }
  const [fine] = records.filter(({ eventName }) => eventName === 'fine');
  assert.equal(fine?.timeUnixNano, 1_500_000_000n);
  assert.equal(fine?.attributes['event.time.given'], undefined);
});
