import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's function that collects all garbage. It is fetched when it is first called: few collectors have a use for it. */
export function garbageCollector(): () => void {
  let collect: (() => void) | undefined;
  return () => {
    collect ??= fetchCollector();
    collect();
  };
}

/** From a context that has it; contexts that are made later have it not. */
function fetchCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
