import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below } from '../../../src/reconcile/stores/below.ts';

test('a path of a store is below its address, also where that has a path itself', () => {
  for (const [base, wanted] of [
    ['http://localhost:3100', 'http://localhost:3100/otlp/v1/logs'],
    ['https://logs.example/loki', 'https://logs.example/loki/otlp/v1/logs'],
    ['https://logs.example/loki/', 'https://logs.example/loki/otlp/v1/logs'],
  ] as const)
    assert.equal(below(new URL(base), 'otlp/v1/logs').href, wanted);
});
