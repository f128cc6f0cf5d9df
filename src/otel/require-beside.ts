import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Loads a module of ours when it is first needed, in the same turn: what most apps do not use must not cost them
 * when they start.
 * @param meta - `import.meta` of who asks
 * @param file - relative to it, without extension: sources run as `.ts`, the package as `.js`
 */
export function requireBeside<Module>(meta: ImportMeta, file: string): Module {
  return createRequire(meta.url)(`${file}${path.extname(meta.filename)}`) as Module;
}
