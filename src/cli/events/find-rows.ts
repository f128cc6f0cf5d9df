import type { Page, Row } from '../../viewer/store/event-store.ts';
import { tell } from '../command.ts';
import type { EventSource, Hints } from './event-source.ts';

/** The most rows that a source gives at once. */
const PAGE_ROWS = 1000;

/** Rows, page by page, up to a limit. */
export async function* pagesOf(
  source: Pick<EventSource, 'page'>,
  query: string,
  order: 'newest' | 'oldest',
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Page & Hints> {
  let cursor: string | undefined;
  let left = limit;
  do {
    const page = await source.page(query, { order, limit: Math.min(left, PAGE_ROWS), cursor });
    yield page;
    if (page.hasGone)
      tell('otel-events: rows went by size or age, or were deleted, while they were read: some are missing');
    left -= page.rows.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}

/** Rows of a query in order of time. */
export interface FoundRows {
  readonly rows: readonly Row[];
  /** Whether there are more. */
  readonly hasMore: boolean;
  /** Why there may be none. */
  readonly hints: readonly string[];
}

/** The newest rows, or the oldest ones, up to a limit; the oldest of them first in any case. */
export async function findRows(
  source: EventSource,
  query: string,
  order: 'newest' | 'oldest',
  limit: number,
): Promise<FoundRows> {
  const rows: Row[] = [];
  let hasMore = false;
  const hints: string[] = [];
  for await (const page of pagesOf(source, query, order, limit)) {
    rows.push(...page.rows);
    hasMore = page.next !== undefined;
    hints.push(...(page.hints ?? []));
  }
  return { rows: order === 'newest' ? rows.reverse() : rows, hasMore, hints };
}
