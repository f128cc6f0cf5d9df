import { requireBeside } from '../require-beside.ts';

let loaded: typeof import('./sdk.ts') | undefined;

/**
 * The stock SDK, loaded when it is first needed and in the same turn: neither `log()` nor `traceparent` can
 * wait. It is a file of its own so that apps with an SDK never load ours.
 */
export function loadSdk(): typeof import('./sdk.ts') {
  loaded ??= requireBeside<typeof import('./sdk.ts')>(import.meta, './sdk');
  return loaded;
}
