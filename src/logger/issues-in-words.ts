import type { Issue } from '../issue.ts';

const MAX_SHOWN = 3;

/** What is wrong with an event, in a line: where, what was wanted, what kind of value was there; the first few. */
export function issuesInWords(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, MAX_SHOWN)
    .map(({ path, expected, got }) => `${path || 'the data'}: wanted ${expected}, got ${got}`);
  const left = issues.length - MAX_SHOWN;
  return left > 0 ? `${shown.join('; ')}; and ${left} more` : shown.join('; ');
}
