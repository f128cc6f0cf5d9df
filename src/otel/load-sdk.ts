import { createRequire } from 'node:module';
import path from 'node:path';

let loaded: typeof import('./sdk.ts') | undefined;

/**
 * The stock SDK, loaded when it is first needed and in the same turn: neither `log()` nor `traceparent` can
 * wait. It is a file of its own so that apps with an SDK never load ours.
 */
export function loadSdk(): typeof import('./sdk.ts') {
  loaded ??= createRequire(import.meta.url)(
    `./sdk${path.extname(import.meta.filename)}`,
  ) as typeof import('./sdk.ts');
  return loaded;
}
