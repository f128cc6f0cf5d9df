import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerAnswer } from '../../../src/viewer/page/answers.ts';
import { ledgerReason } from '../../../src/viewer/page/ledger-reason.ts';
import { ledgerSums } from '../../../src/viewer/page/ledger-sums.ts';

const MINUTE = { service: 'shop', kind: 'record', repeated: 0, settling: false } as const;

test('a name is summed over its minutes: what is missing, why, and what no reason is known of', () => {
  const answer: LedgerAnswer = {
    entries: [
      {
        ...MINUTE,
        name: 'a',
        minuteMs: 0,
        emitted: 10,
        received: 5,
        stored: 5,
        lost: { sampled: 2, 'dropped:closed': 1 },
        gap: 3,
      },
      { ...MINUTE, name: 'a', minuteMs: 60_000, emitted: 4, received: 4, stored: 4, lost: {}, gap: 0 },
      { ...MINUTE, name: 'a', kind: 'span', minuteMs: 0, received: 9, stored: 9, lost: {}, gap: 0 },
      { ...MINUTE, name: 'b', minuteMs: 0, emitted: null, received: 9, stored: 9, lost: {}, gap: 0 },
    ],
    underWay: [
      { name: 'a', service: 'shop', count: 3 },
      { name: 'c', service: 'shop', count: 2, silentSinceMs: 7 },
    ],
    loggers: [],
  };
  const shown = ledgerSums(answer).map(
    ({ key, emitted, stored, gap, lost, unexplained, underWay, silent, silentSinceMs }) => ({
      key,
      emitted,
      stored,
      gap,
      lost,
      unexplained,
      underWay,
      silent,
      silentSinceMs,
    }),
  );
  const none = { gap: 0, lost: [], unexplained: 0, underWay: 0, silent: 0, silentSinceMs: 0 };
  assert.deepEqual(shown, [
    {
      ...none,
      key: 'record/shop/a',
      emitted: 17,
      stored: 9,
      gap: 3,
      lost: [
        ['sampled', 2],
        ['dropped:closed', 1],
      ],
      unexplained: 2,
      underWay: 3,
    },
    { ...none, key: 'span/shop/a', emitted: undefined, stored: 9 },
    { ...none, key: 'record/shop/b', emitted: undefined, stored: 9 },
    { ...none, key: 'record/shop/c', emitted: 2, stored: 0, silent: 2, silentSinceMs: 7 },
  ]);
});

test('every reason has words, one that nobody knows too', () => {
  assert.match(ledgerReason('dropped:queue_full').text, /queue of the app was full/);
  assert.match(ledgerReason('rejected:http_400').text, /refused by the collector \(http_400\)/);
  assert.match(ledgerReason('dropped:constructor').text, /dropped by the app \(constructor\)/);
  assert.match(ledgerReason('constructor').text, /constructor/);
});

test('minutes in which nobody says what was emitted are counted: the sum of the others is not all', () => {
  const counts = { name: 'a', received: 9, stored: 9, lost: {}, gap: 0 };
  const entries = [
    { ...MINUTE, ...counts, minuteMs: 0, emitted: null },
    { ...MINUTE, ...counts, minuteMs: 60_000, emitted: 9 },
  ];
  const [sum] = ledgerSums({ entries, underWay: [], loggers: [] });
  assert.deepEqual([sum?.emitted, sum?.stored, sum?.unknownMinutes], [9, 18, 1]);
});

const COUNTS = { name: 'a', lost: {}, gap: 0 };
const LOGGER = { id: '1', service: 'shop', firstMs: 0, latestMs: 0, state: 'reporting' } as const;

test('what is stored and in no report yet is told, and what nobody reported apart from it', () => {
  const entries = [
    { ...MINUTE, ...COUNTS, minuteMs: 0, emitted: 10, received: 13, stored: 13 },
    { ...MINUTE, ...COUNTS, minuteMs: 60_000, emitted: 4, received: 6, stored: 6, settling: true },
    { ...MINUTE, ...COUNTS, minuteMs: 120_000, emitted: null, received: 5, stored: 5, settling: true },
  ];
  const told = (underWay: number, loggers: LedgerAnswer['loggers'] = [LOGGER]) => {
    const answer = { entries, underWay: [{ name: 'a', service: 'shop', count: underWay }], loggers };
    const [sum] = ledgerSums(answer);
    assert.ok(sum);
    const { emitted = 0, unreported, unclaimed, unknownMinutes } = sum;
    return [emitted, unreported, unclaimed, unknownMinutes];
  };
  assert.deepEqual(told(0), [14, 7, 3, 0]);
  // What is under way is stored already.
  assert.deepEqual(told(2), [16, 5, 3, 0]);
  assert.deepEqual(told(8), [22, 0, 2, 0]);
  assert.deepEqual(told(12), [26, 0, 0, 0]);
  // Nobody reports any more: of its last minute nobody will say.
  assert.deepEqual(told(0, []), [14, 2, 3, 1]);
});
