/** What is told of many values without putting all of them in order is what order would tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeAtRank } from '../../../src/viewer/store/read/place-at-rank.ts';
import { StepEvents } from '../../../src/viewer/store/read/step-events.ts';
import { compareValues, firstValues } from '../../../src/viewer/store/read/value-counts.ts';

const numbers = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer()), {
  minLength: 1,
  maxLength: 300,
  size: 'max',
});

test('the number of a rank is the one that stands there when all are in order', () => {
  fc.assert(
    fc.property(numbers, fc.nat(), (list, seed) => {
      const rank = seed % list.length;
      const sorted = Float64Array.from(list).sort();
      assert.equal(placeAtRank(Float64Array.from(list), list.length, rank), sorted[rank]);
    }),
  );
});

test('the first values of many are those of all in order, of every kind', () => {
  const value = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(
      fc.uniqueArray(value, { maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 20 }),
      (values, count) => {
        assert.deepEqual(firstValues(values, count), [...values].sort(compareValues).slice(0, count));
      },
    ),
  );
});

test("a person's events are in order of time, then as they came, however many there are", () => {
  const time = fc.integer({ min: 0, max: 50 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), time), { maxLength: 400, size: 'max' }), (list) => {
      const events = new StepEvents();
      for (const [seq, [person, timeMs]] of list.entries()) events.add(person, timeMs, seq, 1, -1);
      const told: number[][] = [];
      events.byPerson(2, (_, order, from, to) => told.push([...order.subarray(from, to)]));
      const wanted = [0, 1].map((person) =>
        [...list.keys()]
          .filter((at) => list[at]?.[0] === person)
          .sort((one, other) => (list[one]?.[1] as number) - (list[other]?.[1] as number) || one - other),
      );
      assert.deepEqual(told, wanted);
    }),
  );
});
