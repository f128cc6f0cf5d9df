import { nearestName } from '../../nearest-name.ts';
import type { ReadLog } from '../../spool/read/read-log.ts';
import { usageError } from '../command.ts';

/** @throws OtelEventsError `OPTION_INVALID` for a name that no sink has, once all logs were read */
export function checkSinks(logs: readonly ReadLog[], wanted: readonly string[]): void {
  const known = [...new Set(logs.flatMap((log) => log.sinkNames(log.sinks)))];
  const unknown = wanted.find((sink) => !known.includes(sink));
  if (unknown === undefined) return;
  const near = nearestName(unknown, known);
  const fix = near === undefined ? `there are: ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
  throw usageError(`--sink: no sink ${JSON.stringify(unknown)} here`, fix);
}
