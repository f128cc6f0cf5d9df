import { counted } from '../../counted.ts';
import { tell } from '../command.ts';
import type { EventSource } from './event-source.ts';
import { localClock, localDay } from './local-time.ts';

/**
 * Says which files of the store could not be read as a whole: what is in them is missing in the answer. And whether what
 * comes is refused, and will be missing.
 * @param name - of the command
 * @returns the exit status: 2 if something is missing, else 0
 */
export async function tellDamage(name: string, source: EventSource): Promise<0 | 2> {
  const { damaged, writes } = await source.status();
  for (const { file, reason } of damaged) tell(`${name}: ${file} is damaged, rows are missing: ${reason}`);
  if (writes?.state === 'failing') {
    const { sinceMs = 0, reason, refusedRequests } = writes;
    const since = `${localDay(sinceMs)} ${localClock(sinceMs)}`;
    const refused = counted(refusedRequests, 'request');
    tell(`${name}: the viewer has refused what comes since ${since}, ${refused} so far: ${reason}`);
  }
  return damaged.length > 0 ? 2 : 0;
}
