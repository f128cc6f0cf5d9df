/** `npm run docs:architecture`: draws the rooms of `src/` into `docs/architecture.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withRooms } from './draw-rooms.ts';

const root = path.join(import.meta.dirname, '..');
const file = path.join(root, 'docs', 'architecture.md');
writeFileSync(file, withRooms(readFileSync(file, 'utf8'), path.join(root, 'src')));
