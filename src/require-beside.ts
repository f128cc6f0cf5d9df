import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The first event may be logged in a request of the app's: what is loaded then must not take that for its own. */
const asAtStart = AsyncLocalStorage.snapshot();

/**
 * Loads a module of ours when it is first needed, in the same turn: what most apps do not use must not cost them
 * when they start.
 * @param meta - `import.meta` of who asks
 * @param file - relative to it, without extension: sources run as `.ts`, the package as `.js`
 */
export function requireBeside<Module>(meta: ImportMeta, file: string): Module {
  return asAtStart(() => load(createRequire(meta.url), file, path.extname(meta.filename)) as Module);
}

/** Where ES modules cannot be required, in Jest or by a flag of Node, the CommonJS twin is as good. */
function load(require: NodeJS.Require, file: string, extension: string): unknown {
  try {
    return require(`${file}${extension}`);
  } catch (error) {
    if (extension !== '.js' || (error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ESM') throw error;
    return require(`${file}.cjs`);
  }
}
