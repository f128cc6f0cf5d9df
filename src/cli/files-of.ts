import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { usageError } from './command.ts';

/**
 * The files that patterns name, each once, in the order of their names; `*` and `?` stand for characters of a name, for
 * shells that leave them as they are. A name that is a file is that file.
 * @throws OtelEventsError `OPTION_INVALID` of a pattern that fits nothing; what the file system throws
 */
export function filesOf(patterns: readonly string[]): string[] {
  const found = patterns.flatMap((pattern) => {
    const name = path.basename(pattern);
    const isPattern = /[*?]/.test(name) && statSync(pattern, { throwIfNoEntry: false }) === undefined;
    if (!isPattern) return [pattern];
    const directory = path.dirname(pattern);
    const fits = toRegExp(name);
    const names = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && fits.test(entry.name))
      .map((entry) => path.join(directory, entry.name));
    if (names.length === 0) throw usageError(`no file fits ${JSON.stringify(pattern)}`);
    return names.sort();
  });
  const byPlace = new Map(found.map((file) => [path.resolve(file), file]));
  return [...byPlace.values()];
}

function toRegExp(name: string): RegExp {
  const parts = name.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}
