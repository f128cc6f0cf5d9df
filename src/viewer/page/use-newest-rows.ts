import type { RowsAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { useAnswer } from './use-answer.ts';

/** A screen full, and a bit to scroll. */
const FIRST_ROWS = 100;

/** The newest rows of a query: whoever opens the page sees them one answer after it, before anything is counted. */
export function useNewestRows(query: string | undefined): RowsAnswer | undefined {
  const { value, isLoading } = useAnswer<RowsAnswer>(
    query === undefined ? undefined : apiUrl('events', { q: query, limit: FIRST_ROWS }),
  );
  if (isLoading || value === undefined) return undefined;
  // Nothing found in time is not nothing.
  return value.complete || value.rows.length > 0 ? value : undefined;
}
