import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanTree } from '../../../src/viewer/page/span-tree.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';

function span(id: string, parent: string | undefined, timeMs: number, status: 'ok' | 'error' = 'ok'): Row {
  return { ...row(id, timeMs), kind: 'span', spanId: id, parentSpanId: parent, durationMs: 5, status };
}

function event(id: string, on: string, timeMs: number, severity = 9): Row {
  return { ...row(id, timeMs), kind: 'event', spanId: on, severity };
}

function row(id: string, timeMs: number): Row {
  return {
    id,
    kind: 'event',
    timeMs,
    timeUnixNano: String(timeMs),
    name: id,
    severity: 0,
    service: 'shop',
    attributes: {},
    resource: {},
    scope: '',
  };
}

function shape(rows: readonly Row[], closed: readonly string[] = []): string[] {
  return spanTree(rows, new Set(closed)).map(({ row: one, depth }) => '.'.repeat(depth) + one.id);
}

test('spans stand below their parents, events below their spans, by time', () => {
  const rows = [
    event('e2', 'a', 9),
    span('b', 'a', 4),
    span('a', undefined, 1),
    event('e1', 'b', 5),
    span('c', 'b', 4.5),
  ];
  assert.deepEqual(shape(rows), ['a', '.b', '..c', '..e1', '.e2']);
});

test('a closed span hides what is below it, and tells how much and how many errors', () => {
  const rows = [
    span('a', undefined, 1),
    span('b', 'a', 2, 'error'),
    event('e', 'b', 3, 17),
    event('f', 'a', 4),
  ];
  const [only, ...others] = spanTree(rows, new Set(['a']));
  assert.deepEqual(others, []);
  assert.deepEqual([only?.below, only?.errorsBelow, only?.marks.map(({ id }) => id)], [3, 2, ['f']]);
});

test('a span without its parent stands at the top, and a loop of parents does not hang', () => {
  assert.deepEqual(shape([span('a', 'gone', 1), event('e', 'nowhere', 2)]), ['a', 'e']);
  assert.deepEqual(shape([span('a', 'a', 1)]), ['a']);
  const loop = shape([span('a', 'b', 1), span('b', 'a', 2)]);
  assert.deepEqual(loop.map((line) => line.replace(/\./g, '')).sort(), ['a', 'b']);
});

test('a trace of 10,000 spans inside each other is no trouble', () => {
  const rows = Array.from({ length: 10_000 }, (_, at) =>
    span(`s${at}`, at === 0 ? undefined : `s${at - 1}`, at),
  );
  const lines = spanTree(rows, new Set());
  assert.equal(lines.length, 10_000);
  assert.equal(lines[0]?.below, 9_999);
});
