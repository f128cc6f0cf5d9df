import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTimes } from '../../../src/viewer/page/all-times.ts';

test('buckets without rows are there as well, between those with rows', () => {
  assert.deepEqual(allTimes([180_000, 0, 60_000, 0]), [0, 60_000, 120_000, 180_000]);
  assert.deepEqual(allTimes([]), []);
  assert.deepEqual(allTimes([7]), [7]);
});

test('times that are too many, or of no one step, stay as they are', () => {
  assert.deepEqual(allTimes([0, 1, 86_400_000]), [0, 1, 86_400_000]);
  assert.deepEqual(allTimes([0, 2, 5]), [0, 2, 5]);
});
