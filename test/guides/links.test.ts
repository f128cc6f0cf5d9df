import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '..', '..');

/** What people read: not other people's packages, and not the apps of tests. */
const PAGES = globSync(['*.md', '{.github,bench,collector,deploy,docs,examples,src}/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**'],
});

test('each link of a page leads to a file that is there, and to a heading that it has', () => {
  const links = PAGES.flatMap((page) => linksIn(read(page)).map((link) => ({ page, link })));
  assert.ok(links.length > 300, `${links.length} links`);
  const dead = links.filter(({ page, link }) => !leadsSomewhere(page, link));
  assert.deepEqual(
    dead.map(({ page, link }) => `${page}: ${link}`),
    [],
  );
});

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(root, target))) return false;
  return heading === undefined || !target.endsWith('.md') || headingsIn(read(target)).has(heading);
}

/** Those within the repository; code has none. */
function linksIn(markdown: string): string[] {
  const links = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** By the names that GitHub gives them. */
function headingsIn(markdown: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, heading = ''] of withoutCode(markdown).matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let unused = name;
    for (let again = 1; names.has(unused); again++) unused = `${name}-${again}`;
    names.add(unused);
  }
  return names;
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
