import { SEVERITIES } from '../../viewer/query/severities.ts';

/** `ERROR` for 17 to 20; empty for 0, which is no severity. */
export function severityWord(severity: number): string {
  const found = [...SEVERITIES].findLast(([, first]) => severity >= first);
  return found === undefined ? '' : found[0].toUpperCase();
}
