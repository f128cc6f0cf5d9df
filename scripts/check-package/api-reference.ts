// `npm run docs:api`: writes docs/reference, the API reference of every entry point.
import path from 'node:path';
import { entryPoints } from './entry-points.ts';
import { installTools } from './install-tools.ts';
import { runTool, type ToolRun } from './run-tool.ts';

const root = path.join(import.meta.dirname, '..', '..');

/**
 * Has TypeDoc read the sources of all entry points. It fails when an export is not documented, when a type that is not
 * exported is new in what is, and when a link leads nowhere.
 * @param out - where the pages go; without it nothing is written
 */
export function apiReference(out?: string): ToolRun {
  const sources = entryPoints(root).flatMap(({ source }) => ['--entryPoints', path.join(root, source)]);
  const options = path.join(import.meta.dirname, 'typedoc.jsonc');
  const to = out === undefined ? ['--emit', 'none'] : ['--out', out];
  return runTool('typedoc', ['--options', options, ...sources, ...to]);
}

if (import.meta.main) {
  installTools();
  const { isFine, output } = apiReference(path.join(root, 'docs', 'reference'));
  console.log(isFine ? 'docs/reference/index.html is written' : output);
  process.exitCode = isFine ? 0 : 1;
}
