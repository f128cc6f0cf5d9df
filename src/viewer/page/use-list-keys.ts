import { useEffect, useState } from 'preact/hooks';
import { go } from './address.ts';
import { useKeys } from './use-keys.ts';

/** Goes through a list with the keyboard and opens what it stands at. @returns the place, -1 at first */
export function useListKeys(hrefs: readonly string[]): number {
  const [at, setAt] = useState(-1);
  const step = (by: number) => () => setAt(Math.max(0, Math.min(hrefs.length - 1, at + by)));
  useKeys({
    j: step(1),
    ArrowDown: step(1),
    k: step(-1),
    ArrowUp: step(-1),
    Enter: () => hrefs[at] !== undefined && go(hrefs[at]),
  });
  useEffect(() => document.querySelector('tr.at')?.scrollIntoView({ block: 'nearest' }), [at]);
  return Math.min(at, hrefs.length - 1);
}
