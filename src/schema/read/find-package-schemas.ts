import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { schemaInvalid } from '../document/schema-document.ts';

/** Where the schemas of a package are if it does not say: `events/order.yaml`. */
const DEFAULT_PATTERNS = ['events/*.json', 'events/*.yaml', 'events/*.yml'];

/**
 * The files with the schemas of an installed package: those that `"otel-events": { "schemas": ["events/*.yaml"] }`
 * in its `package.json` names, else those in its folder `events`.
 * @param from - the directory from which the package is looked for, as `import` does
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function findPackageSchemas(name: string, from: string): readonly string[] {
  const source = `package ${name}`;
  const folder = folderOf(name, from, source);
  const patterns = declaredPatterns(path.join(folder, 'package.json'), source);
  const files = (patterns ?? DEFAULT_PATTERNS).flatMap((pattern) => filesOf(folder, pattern, source));
  if (files.length > 0) return [...new Set(files)];
  throw schemaInvalid(source, '', 'it has no schemas', {
    fix: 'they are in its folder events, or where "otel-events": { "schemas": [] } in its package.json says',
  });
}

function folderOf(name: string, from: string, source: string): string {
  if (!/^(?:@[\w.-]+\/)?\w[\w.-]*$/.test(name))
    throw schemaInvalid(source, '', 'wanted the name of a package');
  for (let directory = path.resolve(from); ; directory = path.dirname(directory)) {
    const folder = path.join(directory, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return realpathSync(folder);
    if (directory === path.dirname(directory)) break;
  }
  throw schemaInvalid(source, '', `it is not installed for ${from}`, { fix: `npm install ${name}` });
}

function declaredPatterns(file: string, source: string): readonly string[] | undefined {
  let field: unknown;
  try {
    field = (JSON.parse(readFileSync(file, 'utf8')) as { 'otel-events'?: unknown })['otel-events'];
  } catch (cause) {
    throw schemaInvalid(source, '', 'its package.json cannot be read', { cause });
  }
  const patterns = (field as { schemas?: unknown } | undefined)?.schemas;
  if (patterns === undefined) return undefined;
  if (Array.isArray(patterns) && patterns.every((pattern) => typeof pattern === 'string')) return patterns;
  throw schemaInvalid(source, '', 'otel-events.schemas in its package.json: wanted a list of paths');
}

/** The files of one pattern, in order of their names; `*` stands for any part of a file's name. */
function filesOf(folder: string, pattern: string, source: string): string[] {
  const directory = path.resolve(folder, path.dirname(pattern));
  if (!existsSync(directory)) return [];
  const inside = path.relative(folder, realpathSync(directory));
  if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) {
    throw schemaInvalid(source, '', 'otel-events.schemas leads out of the package');
  }
  const [before = '', ...after] = path.basename(pattern).split('*');
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && matches(entry.name, before, after))
    .map((entry) => path.join(directory, entry.name))
    .sort();
}

/** Each part at its first place after the one before, and the last one at the end: no need to try again. */
function matches(name: string, before: string, after: readonly string[]): boolean {
  if (after.length === 0) return name === before;
  if (!name.startsWith(before)) return false;
  let at = before.length;
  for (const part of after.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const end = after.at(-1) ?? '';
  return name.length - end.length >= at && name.endsWith(end);
}
