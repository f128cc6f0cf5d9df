import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problems } from '../../../src/collector/config/problems.ts';
import { listOf, mapping, optional, type Read, required, text } from '../../../src/collector/config/shape.ts';

const shape = mapping({
  name: required(text()),
  more: optional(text()),
  names: optional(listOf(text()), []),
});

/** Compiles only while the keys are strings without anybody saying so. */
function join({ name, more, names }: Read<typeof shape>): string {
  return [name.trim(), more?.trim(), ...names.map((one) => one.trim())].join('+');
}

test('a text in a mapping is a string', () => {
  const problems = new Problems();
  const nameNode = { kind: 'scalar', at: undefined, value: ' a ', text: ' a ' } as const;
  const entries = new Map([['name', { node: nameNode, keyAt: undefined }]]);
  const settings = shape.read({ kind: 'map', at: undefined, entries }, '', problems);
  assert.ok(problems.isEmpty);
  assert.equal(join(settings), 'a+');
});
