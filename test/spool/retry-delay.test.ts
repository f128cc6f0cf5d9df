import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Backoff, holdDelayMs, retryDelayMs } from '../../src/spool/disk/retry-delay.ts';

const BACKOFFS: readonly Backoff[] = [
  { initialBackoffMs: 500, maxBackoffMs: 30_000 },
  { initialBackoffMs: 0, maxBackoffMs: 0 },
  { initialBackoffMs: -1, maxBackoffMs: Number.NaN },
];

test('whatever the options and the destination say, the first wait is a quarter of a second or more, and not always the same', () => {
  for (const backoff of BACKOFFS) {
    for (const asked of [undefined, 0, -1, Number.NaN, '0', null, 1]) {
      const waits = Array.from({ length: 50 }, () => retryDelayMs(backoff, 0, asked));
      assert.ok(Math.min(...waits) >= 250, `${JSON.stringify(backoff)} ${asked}: ${Math.min(...waits)}`);
      assert.ok(new Set(waits).size > 1, 'jitter');
    }
    assert.ok(holdDelayMs(backoff) >= 30_000);
  }
});

test('no wait is longer than a day and its jitter, and none is shorter than what was asked for', () => {
  const [backoff] = BACKOFFS as [Backoff];
  const dayMs = 24 * 60 * 60 * 1000;
  assert.ok(retryDelayMs(backoff, 0, Number.POSITIVE_INFINITY) <= 1.1 * dayMs);
  assert.ok(retryDelayMs(backoff, 0, 90_000) >= 90_000);
  assert.ok(retryDelayMs(backoff, 1000) <= 30_000);
});
