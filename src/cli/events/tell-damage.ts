import { tell } from '../command.ts';
import type { EventSource } from './event-source.ts';

/**
 * Says which files of the store could not be read as a whole: what is in them is missing in the answer.
 * @param name - of the command
 * @returns the exit status: 2 if there is one, else 0
 */
export async function tellDamage(name: string, source: EventSource): Promise<0 | 2> {
  const damaged = await source.damaged();
  for (const { file, reason } of damaged) tell(`${name}: ${file} is damaged, rows are missing: ${reason}`);
  return damaged.length > 0 ? 2 : 0;
}
