import type { EventLogger } from '../../src/index.ts';
import { numbered } from './numbered.ts';

/**
 * Logs events with the numbers that follow.
 * @param who - the writer of these numbers
 * @param size - characters of each text
 * @returns a function that logs up to a number
 */
export function numberedLog(events: EventLogger, who: string, size?: number): (last: number) => void {
  let count = 0;
  return (last) => {
    while (count < last) events.log('numbered', numbered(who, ++count, size));
  };
}
