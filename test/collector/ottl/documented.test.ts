import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { statementFunctions } from '../../../src/collector/ottl/functions.ts';
import { FUNCTIONS_ELSEWHERE } from '../../../src/collector/ottl/functions-elsewhere.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../../docs/ottl.md'), 'utf8');

test('docs/ottl.md lists the functions that there are', () => {
  const [, table = ''] = /## Functions\n([\s\S]*?)\n\nAny other/.exec(text) ?? [];
  const listed = [...table.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  assert.deepEqual(listed.sort(), [...statementFunctions('span').keys()].sort());
});

test('no function is said to be elsewhere that is here', () => {
  assert.deepEqual(
    [...FUNCTIONS_ELSEWHERE].filter((name) => statementFunctions('span').has(name)),
    [],
  );
});
