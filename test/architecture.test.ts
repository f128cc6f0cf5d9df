import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { withRooms } from '../scripts/draw-rooms.ts';

const root = path.join(import.meta.dirname, '..');
const text = readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');

test('the picture of the rooms is what the imports are now: npm run docs:architecture', () => {
  assert.equal(text, withRooms(text, path.join(root, 'src')));
});

test('each room is in the table, and each file that is named is there', () => {
  const rooms = readdirSync(path.join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const listed = [...text.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room]) => room);
  assert.deepEqual(listed.toSorted(), rooms.toSorted());
  const gone = filesIn(text).filter((file) => !isThere(file));
  assert.deepEqual(gone, []);
});

/** What is named in backquotes like a file of `src/` or `test/`. */
function filesIn(markdown: string): string[] {
  return [...markdown.matchAll(/`([\w-]+(?:\/[\w-]+)+\.ts)`/g)].map(([, file = '']) => file);
}

function isThere(file: string): boolean {
  return [root, path.join(root, 'src')].some((place) => existsSync(path.join(place, file)));
}
