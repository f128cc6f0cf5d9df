import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transform } from 'esbuild';
import { filesIn } from './files-in.ts';

/** What a file of `dist/` loads from beside it: imports, re-exports, `import()` of code and of types. */
const BESIDE = /(\b(?:from|import)\s*\(?\s*)(["'])(\.{1,2}\/[^"']+\.[jt]s)\2/g;

/** How {@link bundleDist} lets code ask where it lies. */
const PLACE = /String\(import\.meta\.url\)\.replace\([^\n]*?, "\/dist\/([^"]+)\.js"\)/g;

/**
 * Writes beside each module of `dist/` that apps can reach the same as CommonJS, `.cjs`, with declarations, `.d.cts`:
 * for loaders that cannot require ES modules, such as Jest. One for one, so that there is one of each class there, too.
 * @param entries - modules that apps or we load by name, as paths below `dist/`
 */
export async function makeCommonJs(dist: string, entries: readonly string[]): Promise<void> {
  const helpers = new Map<string, string>();
  for (const file of reachable(dist, entries)) {
    const code = withoutHelpers(await commonJsOf(dist, file), pathUp(file), helpers);
    writeFileSync(path.join(dist, file.replace(/js$/, 'cjs')), code);
  }
  const names = [...helpers.keys()].join(', ');
  writeFileSync(
    path.join(dist, HELPERS),
    `${[...helpers.values()].join('')}module.exports = { ${names} };\n`,
  );
}

/** What esbuild would repeat at the beginning of each file. */
const HELPERS = 'chunks/interop.cjs';
const HELPER = /^var (__\w+) = [\s\S]*?;\n(?=[^\s}])/;

/** Moves the helpers of esbuild at the beginning of some code into `helpers`. */
function withoutHelpers(code: string, up: string, helpers: Map<string, string>): string {
  const own: string[] = [];
  let rest = code;
  for (let found = HELPER.exec(rest); found !== null; found = HELPER.exec(rest)) {
    const [text, name = ''] = found;
    helpers.set(name, text);
    own.push(name);
    rest = rest.slice(text.length);
  }
  const used = own.filter((name) => rest.includes(`${name}(`));
  return `"use strict";\nvar { ${used.join(', ')} } = require("${up}/${HELPERS}");\n${rest}`;
}

async function commonJsOf(dist: string, file: string): Promise<string> {
  const placed = readFileSync(path.join(dist, file), 'utf8')
    .replace(PLACE, (_, place) => `__placeOf("${place}.cjs")`)
    .replace(/(\bfilename: ".*\.)js"/g, '$1cjs"')
    .replaceAll(BESIDE, renamed);
  if (placed.includes('import.meta'))
    throw new Error(`${file}: import.meta is used otherwise than known here`);
  const { code } = await transform(placed, {
    format: 'cjs',
    platform: 'node',
    target: 'node22.16',
    charset: 'utf8',
    // Jest's sandbox has no import().
    supported: { 'dynamic-import': false },
  });
  return placed.includes('__placeOf(') ? `${code}${placeOf(file)}` : code;
}

/** A function declaration: it is there before the code above runs. */
function placeOf(file: string): string {
  return [
    'function __placeOf(place) {',
    `  return require("node:url").pathToFileURL(require("node:path").join(__dirname, "${pathUp(file)}", place)).href;`,
    '}',
    '',
  ].join('\n');
}

function pathUp(file: string): string {
  return path.posix.relative(path.posix.dirname(file), '.') || '.';
}

/**
 * Gives each declaration that apps can reach a twin for CommonJS, and removes the others: nobody can import them.
 * @param entries - declarations of modules that apps import, as paths below `dist/`
 */
export function makeCommonJsTypes(dist: string, entries: readonly string[]): void {
  const kept = reachable(dist, entries);
  for (const file of filesIn(dist, '.d.ts')) {
    const from = path.join(dist, file);
    if (!kept.has(file)) rmSync(from);
    else {
      const text = readFileSync(from, 'utf8').replaceAll(BESIDE, renamed);
      writeFileSync(from.replace(/ts$/, 'cts'), text);
    }
  }
}

function renamed(_: string, before: string, quote: string, file: string): string {
  return `${before}${quote}${file.replace(/([jt]s)$/, 'c$1')}${quote}`;
}

/** The files, and all that they load from beside them. */
function reachable(dist: string, entries: readonly string[]): ReadonlySet<string> {
  const found = new Set(entries);
  for (const file of found) {
    const text = readFileSync(path.join(dist, file), 'utf8');
    for (const [, , , beside = ''] of text.matchAll(BESIDE)) {
      const target = path.posix.join(path.posix.dirname(file), beside);
      found.add(file.endsWith('.d.ts') ? target.replace(/ts$/, 'd.ts') : target);
    }
  }
  return found;
}
