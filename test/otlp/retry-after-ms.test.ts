import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../src/otlp/http/retry-after-ms.ts';

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

const TAKEN: readonly [header: string, ms: number][] = [
  ['0', 0],
  ['1', 1000],
  [' 120\t', 120_000],
  ['007', 7000],
  ['9'.repeat(400), Number.POSITIVE_INFINITY],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
  ['Sunday, 06-Nov-94 08:50:37 GMT', 60_000],
  ['Sun Nov  6 08:50:37 1994', 60_000],
  ['Sat, 05 Nov 1994 08:49:37 GMT', 0],
];

for (const [header, ms] of TAKEN) {
  test(`Retry-After: ${header.slice(0, 40)} is a wait`, () => {
    assert.equal(retryAfterMs(header, NOW_MS), ms);
  });
}

const OTHERS = [
  undefined,
  '',
  ' ',
  '1.5',
  '-1',
  '+5',
  'abc 3',
  '1e3',
  '0x10',
  '5 s',
  '5s',
  '1,5',
  '1, 2',
  '٣',
  'soon',
  '06 Nov 1994',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Sun, 06 Nov 1994 99:49:37 GMT',
  '1994-11-06T08:49:37Z',
  'Sun Nov 6 08:50:37 1994',
];

for (const header of OTHERS) {
  test(`Retry-After: ${header ?? 'none'} is not taken for a wait`, () => {
    assert.equal(retryAfterMs(header, NOW_MS), undefined);
  });
}
