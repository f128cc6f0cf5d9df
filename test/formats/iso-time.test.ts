import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTime } from '../../src/formats/iso-time.ts';

test('times have microseconds, cut, and none where there are none', () => {
  for (const [nanos, text] of [
    [0n, '1970-01-01T00:00:00+00:00'],
    [999n, '1970-01-01T00:00:00+00:00'],
    [1000n, '1970-01-01T00:00:00.000001+00:00'],
    [1_337_768_289_123_456_789n, '2012-05-23T10:18:09.123456+00:00'],
    [1_337_768_289_000_000_000n, '2012-05-23T10:18:09+00:00'],
    [2n ** 64n - 1n, '2554-07-21T23:34:33.709551+00:00'],
  ] as const) {
    assert.equal(isoTime(nanos), text);
  }
});
