import { readFileSync } from 'node:fs';
import path from 'node:path';

const FILE = path.join(import.meta.dirname, '../../docs/collector.md');

/** The names in a table of differences of docs/collector.md, which stands between two comments of a name. */
export function documentedIn(table: string): string[] {
  const pattern = new RegExp(`<!-- ${table} -->(.*)<!-- /${table} -->`, 's');
  const [, text = ''] = pattern.exec(readFileSync(FILE, 'utf8')) ?? [];
  return text
    .split('\n')
    .flatMap((row) => /^\| ([^|]+?) \|/.exec(row)?.[1] ?? [])
    .slice(2);
}
