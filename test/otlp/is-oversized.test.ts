import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { isOversized } from '../../src/otlp/event/encode-with.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const numbers = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
const nested = (levels: number): Record<string, unknown> =>
  levels === 1 ? { level: 1 } : { level: nested(levels - 1) };

const CASES: readonly [what: string, data: Record<string, unknown>, is: boolean][] = [
  ['an ordinary event', { a: 1, b: { c: [1, { d: 'x' }] } }, false],
  ['a name of 120 bytes', { ['k'.repeat(120)]: 1 }, false],
  ['a name of 129 bytes', { ['k'.repeat(129)]: 1 }, true],
  ['a name of 43 characters of three bytes', { ['語'.repeat(43)]: 1 }, true],
  ['a path of 2 × 55 bytes', { ['a'.repeat(55)]: { ['b'.repeat(55)]: 1 } }, false],
  ['a path of 2 × 64 bytes', { ['a'.repeat(64)]: { ['b'.repeat(64)]: 1 } }, true],
  ['long names beside each other', { ['a'.repeat(70)]: 1, ['b'.repeat(70)]: 1 }, false],
  ['a path of 10 levels', nested(10), false],
  ['a path of 22 levels', nested(22), true],
  ['a long name in a list', { list: [{ ['k'.repeat(200)]: 1 }] }, true],
  ['700 values in a map', { many: numbers(700) }, false],
  ['1,000 values in a map', { many: numbers(1000) }, true],
  ['1,000 keys', numbers(1000), true],
  ['250 KB', { large: 'x'.repeat(250_000) }, false],
  ['300 KB', { large: 'x'.repeat(300_000) }, true],
  ['a name of 129 bytes that is left out', { ['k'.repeat(129)]: undefined }, true],
  ['what is cut', { large: 'x'.repeat(30_000_000) }, true],
];

for (const [what, data, is] of CASES) {
  test(`${what}: log stores ${is ? 'may not take it as it is' : 'take it'}`, () => {
    encodeEvent({ ...PLAIN_EVENT, data });
    assert.equal(isOversized(), is);
    encodeEvent(PLAIN_EVENT);
    assert.equal(isOversized(), false, 'of the one before nothing is left');
  });
}
