import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Files below a directory whose names end so, as paths with `/` relative to it. */
export function filesIn(dir: string, end: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(end)).map((file) => file.replaceAll(path.sep, '/'));
}
