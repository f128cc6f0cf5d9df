// `npm run docs:parity`: writes docs/parity.md, one row a behaviour, each with the tests that show it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ORIGINALS, type Original, type Row } from '../test/parity/rows.ts';

const root = path.join(import.meta.dirname, '..');

/** Where the table is kept. */
export const PARITY_FILE = path.join(root, 'docs', 'parity.md');

/**
 * The document, from the rows and the tests as they are.
 * @throws Error naming every row whose test is not there
 */
export function parityDocument(): string {
  const missing: string[] = [];
  const sections = ORIGINALS.map((original) => sectionOf(original, missing));
  if (missing.length > 0) throw new Error(`tests that are not there:\n${missing.join('\n')}`);
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# Parity

What the four systems do that this library follows, and the tests that show that it does. Written by \`npm run docs:parity\`
from [the rows](../test/parity/rows.ts) and the tests; a test fails when it does not fit them any more. **Mended** are
behaviours of an original that lose or falsify events, and what happens here instead.
`;

function sectionOf({ name, source, rows }: Original, missing: string[]): string {
  const lines = rows.map((row) => rowOf(row, missing));
  return [
    `## ${name}`,
    '',
    source,
    '',
    '| behaviour | here | shown by |',
    '| --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function rowOf({ original, here = 'the same', mended = false, tests }: Row, missing: string[]): string {
  const links = tests.map(([file, test]) => {
    const title = find(file, test);
    if (title === undefined) missing.push(`${file}: ${test}`);
    return `[${escaped(title ?? test)}](../${file})`;
  });
  return `| ${original} | ${mended ? '**Mended:** ' : ''}${here} | ${links.join('<br>')} |`;
}

/** The title of a test, which may be made by a loop. */
const TITLE = /^\s*(?:void )?test\((?<quote>['"`])(?<title>.*?)\k<quote>/;

const texts = new Map<string, readonly string[]>();

/** The title of a test, by a part of it. */
function find(file: string, part: string): string | undefined {
  let lines = texts.get(file);
  if (lines === undefined) {
    lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    texts.set(file, lines);
  }
  for (const line of lines) {
    const title = TITLE.exec(line)?.groups?.title;
    if (title?.includes(part)) return title;
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('$', '\\$');
}

if (import.meta.main) writeFileSync(PARITY_FILE, parityDocument());
