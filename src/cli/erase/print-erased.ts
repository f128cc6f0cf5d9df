import type { Erased } from './erased.ts';

/** What became of a place, for machines. `state`: `clean`, `found` (by a dry run), `erased`, or `not reached`. */
export function toJson({ place, kind, found, erased, problem }: Erased, dryRun: boolean): object {
  const done = found === 0 ? 'clean' : dryRun ? 'found' : 'erased';
  const state = problem === undefined ? done : 'not reached';
  return { place, kind, state, found, erased, ...(problem !== undefined && { problem }) };
}
