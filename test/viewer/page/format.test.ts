import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatDuration, severityName } from '../../../src/viewer/page/format.ts';

test('thousands have a comma, wherever a number ends', () => {
  for (const count of [
    0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890, -1234, 1234.5678, 0.0001234,
  ]) {
    const wanted = count.toLocaleString('en', { maximumFractionDigits: 20 });
    assert.equal(formatCount(count), wanted);
  }
  assert.equal(formatDuration(999.9), '1,000 ms');
  assert.equal(formatDuration(0.0123), '12.3 µs');
});

test('a severity has the name of its four numbers, and others have none', () => {
  const names = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  for (let severity = 0; severity <= 24; severity++)
    assert.equal(severityName(severity), names[Math.ceil(severity / 4)]);
  for (const none of [-1, 25, 1.5, Number.NaN]) assert.equal(severityName(none), '');
});
