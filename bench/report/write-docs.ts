import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');

/**
 * Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in docs/benchmarks.md.
 * @throws Error if the marks are not there
 */
export function writeDocs(name: string, markdown: string): void {
  const text = readFileSync(DOCS, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  if (start === -1 || end < start) throw new Error(`docs/benchmarks.md has no ${open} … ${close}`);
  writeFileSync(DOCS, `${text.slice(0, start + open.length)}\n\n${markdown}\n\n${text.slice(end)}`);
}
