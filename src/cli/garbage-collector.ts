import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's function that collects all garbage, from a context that has it; contexts that are made later have it not. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
