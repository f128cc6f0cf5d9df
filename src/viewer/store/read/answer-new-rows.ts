import { OtelEventsError } from '../../../errors.ts';
import type { Query } from '../../query/query.ts';
import type { NewRows, NewRowsOptions, Row } from '../event-store.ts';
import type { Block } from './block.ts';
import { both, countOf, isIn, type Mask } from './mask.ts';
import type { ReadStore } from './read-store.ts';
import { rangeMask, Search } from './search.ts';
import { toRow } from './to-row.ts';

const DEFAULT_LIMIT = 1000;

/** Who is further behind than this many rows is not told of those that are older, so that an answer is soon there. */
const MAX_BEHIND = 100_000;

/** Rows that came behind a place, in the order in which they were stored. */
export function answerNewRows(store: ReadStore, query: Query, options: NewRowsOptions): NewRows {
  const end = store.files.at(-1)?.end ?? 0;
  // A store that was made anew begins with 0 again.
  const from = Math.min(readPlace(options.from) ?? end, end);
  const first = Math.max(from, end - MAX_BEHIND);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const search = new Search(store, query, {});
  const blocks = search.blocks.filter((block) => block.first + block.rows > first);
  let rows: Row[] = [];
  let skipped = first - from;
  for (const block of blocks.sort((one, other) => other.first - one.first)) {
    const found = search.read(block, () => {
      const among = both(rangeMask(block, query.range), behind(block, first));
      const mask = search.narrow(query.where, { block, mask: among });
      return lastRows(block, mask, limit - rows.length);
    });
    rows = [...(found?.rows ?? []), ...rows];
    skipped += found?.skipped ?? 0;
  }
  return { rows, skipped, next: String(end) };
}

function readPlace(from: string | undefined): number | undefined {
  if (from === undefined) return undefined;
  if (/^\d{1,15}$/.test(from)) return Number(from);
  const message = 'from: wanted what an answer gave as `next`, got another text';
  throw new OtelEventsError('OPTION_INVALID', message, { fix: 'leave it out to begin with what comes' });
}

function behind(block: Block, first: number): Mask {
  if (block.first >= first) return 'all';
  return new Uint8Array(block.rows).fill(1, first - block.first);
}

/** The last rows of a mask, and the number of those in front of them. */
function lastRows(block: Block, mask: Mask, limit: number): Pick<NewRows, 'rows' | 'skipped'> {
  const rows: Row[] = [];
  for (let place = block.rows - 1; place >= 0 && rows.length < limit; place--)
    if (isIn(mask, place)) rows.push(toRow(block.file, block.first + place));
  return { rows: rows.reverse(), skipped: countOf(mask, block.rows) - rows.length };
}
