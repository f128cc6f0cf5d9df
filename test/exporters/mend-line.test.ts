// Two processes mend the same half line: its writer, whose disk was full, and whoever wrote behind it.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { blankOut, endsLine, mendBefore } from '../../src/exporters/mend-line.ts';
import { tempDir } from '../harness/temp-dir.ts';

const BEFORE = '{"n":1}\n';
const HALF = '{"n":2,"long":"x';
const BEHIND = '{"n":3}\n';
const START = BEFORE.length;
const END = START + HALF.length;

function fileWith(t: TestContext, text: string): { readonly fd: number; readonly lines: () => unknown[] } {
  const file = path.join(tempDir(t), 'a.jsonl');
  writeFileSync(file, text);
  const fd = openSync(file, 'r+');
  t.after(() => closeSync(fd));
  const lines = (): unknown[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line));
  return { fd, lines };
}

test('half a line that two have mended costs neither the line before nor the one behind', (t) => {
  const { fd, lines } = fileWith(t, BEFORE + HALF + BEHIND);
  assert.equal(mendBefore(fd, END, '{', END), true);
  // Its writer, who is told late that it was half a line, and has looked at what is in front before.
  blankOut(fd, START, END, true);
  assert.deepEqual(lines(), [{ n: 1 }, { n: 3 }]);
  assert.ok(endsLine(fd, END));
});

test('who comes late does not take the whole line in front for a torn one', (t) => {
  const { fd, lines } = fileWith(t, BEFORE + HALF + BEHIND);
  assert.equal(mendBefore(fd, END, '{', END), true);
  assert.equal(mendBefore(fd, START, '{', END), false);
  assert.deepEqual(lines(), [{ n: 1 }, { n: 3 }]);
});

test('half a line at the start of a file becomes blanks in front of the first line', (t) => {
  const { fd, lines } = fileWith(t, HALF + BEHIND);
  blankOut(fd, 0, HALF.length, false);
  assert.equal(mendBefore(fd, HALF.length, '{', HALF.length), true);
  assert.deepEqual(lines(), [{ n: 3 }]);
});
