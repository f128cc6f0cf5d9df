import { OtelEventsError } from '../../../errors.ts';
import type { Query } from '../../query/query.ts';
import type { NewRows, NewRowsOptions, Row } from '../event-store.ts';
import type { Block } from './block.ts';
import { MAX_PAGE_BYTES } from './find-page.ts';
import { both, countOf, isIn, type Mask } from './mask.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, rangeMask, Search } from './search.ts';
import { toRow } from './to-row.ts';

const DEFAULT_LIMIT = 1000;
const DEFAULT_BEHIND = 20_000;

/** Rows that came behind a place, in the order in which they were stored. */
export function answerNewRows(store: ReadStore, query: Query, options: NewRowsOptions): NewRows {
  const { limit = DEFAULT_LIMIT, maxBehind = DEFAULT_BEHIND } = options;
  const end = store.files.at(-1)?.end ?? 0;
  // A store that was made anew begins with 0 again.
  const from = Math.min(readPlace(options.from) ?? end, end);
  const gone = Math.max(0, (store.files.at(-1)?.counts.removedBelow ?? 0) - from);
  const search = new Search(store, query, options);
  const { hits, next } = hitsBehind(search, from, end);
  const fitting = hits.reduce((sum, { block, mask }) => sum + countOf(mask, block.rows), 0);
  const skipped = Math.max(0, fitting - maxBehind);
  const { rows, isAll } = rowsOf(search, hits, skipped, limit);
  return {
    rows,
    skipped,
    gone,
    next: isAll ? String(next) : String(Number(rows.at(-1)?.id ?? next - 1) + 1),
  };
}

function readPlace(from: string | undefined): number | undefined {
  if (from === undefined) return undefined;
  if (/^\d{1,15}$/.test(from)) return Number(from);
  const message = 'from: wanted what an answer gave as `next`, got another text';
  throw new OtelEventsError('OPTION_INVALID', message, { fix: 'leave it out to begin with what comes' });
}

/** What fits, as far as there was time. @returns `next`: where the next answer goes on */
function hitsBehind(
  search: Search,
  from: number,
  end: number,
): { readonly hits: Hits[]; readonly next: number } {
  const hits: Hits[] = [];
  const blocks = search.blocks.filter((block) => block.first + block.rows > from);
  for (const [at, block] of blocks.sort((one, other) => one.first - other.first).entries()) {
    if (at > 0 && search.isTimeUp()) return { hits, next: block.first };
    const mask = search.read(block, () => {
      const among = both(rangeMask(block, search.query.range), behind(block, from));
      return search.narrow(search.query.where, { block, mask: among });
    });
    if (mask !== undefined && mask !== 'none') hits.push({ block, mask });
  }
  return { hits, next: end };
}

function behind(block: Block, first: number): Mask {
  if (block.first >= first) return 'all';
  return new Uint8Array(block.rows).fill(1, first - block.first);
}

/** The first rows behind those that are passed over: so many, and of so many bytes. */
function rowsOf(
  search: Search,
  hits: readonly Hits[],
  skipped: number,
  limit: number,
): { readonly rows: Row[]; readonly isAll: boolean } {
  const rows: Row[] = [];
  let [toSkip, bytes] = [skipped, 0];
  for (const { block, mask } of hits) {
    for (let place = 0; place < block.rows; place++) {
      if (!isIn(mask, place) || toSkip-- > 0) continue;
      if (rows.length === limit || bytes >= MAX_PAGE_BYTES) return { rows, isAll: false };
      const row = search.read(block, () => {
        const { start, end } = block.file.recordAt(block.first + place);
        bytes += end - start;
        return toRow(block.file, block.first + place);
      });
      if (row !== undefined) rows.push(row);
    }
  }
  return { rows, isAll: true };
}
