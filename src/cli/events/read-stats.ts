import { nearestName } from '../../nearest-name.ts';
import { STATS, type Stat } from '../../viewer/store/event-store.ts';
import { usageError } from '../command.ts';

/** What is worked out of the numbers of a field. */
export interface AskedStat {
  readonly stat: Stat;
  readonly field: string;
}

/** `avg,p95:duration` is two of one field. @throws OtelEventsError `OPTION_INVALID` */
export function readStats(texts: readonly string[]): AskedStat[] {
  return texts.flatMap((text) => {
    const colon = text.indexOf(':');
    const field = text.slice(colon + 1);
    if (colon < 1 || field === '') {
      throw usageError(`--stats: wanted as in avg,p95:duration, got ${JSON.stringify(text)}`);
    }
    return text
      .slice(0, colon)
      .split(',')
      .map((stat) => ({ stat: readStat(stat), field }));
  });
}

function readStat(text: string): Stat {
  const stat = STATS.find((one) => one === text);
  if (stat !== undefined) return stat;
  const near = nearestName(text, STATS);
  const fix = near === undefined ? undefined : `did you mean ${near}?`;
  throw usageError(`--stats: ${JSON.stringify(text)} is none of ${STATS.join(', ')}`, fix);
}
