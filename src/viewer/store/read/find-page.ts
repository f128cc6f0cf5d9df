import type { Query } from '../../query/query.ts';
import type { PageOptions, Row } from '../event-store.ts';
import type { Block, BlockFile } from './block.ts';
import { both, isIn, type Mask } from './mask.ts';
import { type Place, readCursor, writeCursor } from './page-cursor.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { toRow } from './to-row.ts';

interface FoundPlace extends Place {
  readonly block: Block;
}

type Direction = 1 | -1;

const DEFAULT_LIMIT = 100;

/** What the records of a page may have together as they are stored: rows of a megabyte each would fill the memory of who asks. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Rows that a page has, by their places. */
export interface FoundPage {
  readonly search: Search;
  /** In the order of the page. */
  readonly places: readonly FoundPlace[];
  readonly next: string | undefined;
  readonly previous: string | undefined;
  readonly isCut: boolean;
  readonly hasGone: boolean;
}

/** Finds rows in order of time. @param limit - how many there may be, however many are asked for */
export function findPage(store: ReadStore, query: Query, options: PageOptions, maxLimit: number): FoundPage {
  const { order = 'newest', maxBytes = MAX_PAGE_BYTES } = options;
  const limit = Math.max(1, Math.min(options.limit ?? DEFAULT_LIMIT, maxLimit));
  const cursor = options.cursor === undefined ? undefined : readCursor(options.cursor);
  const forth = order === 'oldest' ? 1 : -1;
  // What stands in front of a place is looked for from there backwards.
  const direction = cursor?.isBack ? (-forth as Direction) : forth;
  const search = new Search(store, query, options, direction === 1 ? 'oldest' : 'newest', true);
  const top = new Top(limit + 1, direction, cursor);
  let stoppedAt: Place | undefined;
  for (const block of search.blocks) {
    if (top.isBehind(block)) continue;
    if (top.isFull && top.isAfterAll(block)) break;
    const mask = search.look(block, top.isCut(block) ? search.read(block, () => top.ahead(block)) : 'all');
    if (mask === 'time is up') {
      stoppedAt =
        (search.isAtFirst || top.isCut(block)) && !search.isStopped
          ? takeParts(search, top, block, direction)
          : { timeMs: edgeOf(block, direction), seq: direction * Number.NEGATIVE_INFINITY };
      break;
    }
    if (mask !== 'none') search.read(block, () => top.take({ block, mask }));
  }
  const found = top.rows(stoppedAt);
  const shown = fitting(search, found.slice(0, limit), maxBytes);
  const last = found.length > shown.length ? shown.at(-1) : stoppedAt;
  const cursors = {
    onward: last && writeCursor({ ...last, isBack: cursor?.isBack ?? false }),
    // From the place where this page begins, or from that of its first row.
    back: cursor && writeCursor({ ...(shown[0] ?? stepped(cursor, direction)), isBack: !cursor.isBack }),
  };
  const [next, previous] = cursor?.isBack ? [cursors.back, cursors.onward] : [cursors.onward, cursors.back];
  return {
    search,
    places: cursor?.isBack ? shown.reverse() : shown,
    next,
    previous,
    isCut: shown.length < Math.min(found.length, limit),
    hasGone: hasGone(store, cursor),
  };
}

/** Makes something of each row that can be read; what is made is in the order of the page. */
export function mapRows<T>(found: FoundPage, make: (row: Row) => T): T[] {
  return mapPlaces(found, (file, seq) => make(toRow(file, seq)));
}

/** The same by the numbers of the rows. @param make - not called in the order of the page: `at` is where a row stands in it */
export function mapPlaces<T>(
  { search, places }: FoundPage,
  make: (file: BlockFile, seq: number, at: number) => T,
): T[] {
  const made: (T | undefined)[] = new Array(places.length).fill(undefined);
  for (const at of bySeq(places)) {
    const { seq, block } = places[at] as FoundPlace;
    made[at] = search.read(block, () => make(block.file, seq, at));
  }
  return made.filter((one) => one !== undefined);
}

/** How many rows are looked at between two looks at the clock: they may have a megabyte each. */
const PART_ROWS = 16;

/**
 * Looks at the rows of a block part by part, in their order, where there is no time for all of them, and without any the
 * next page would begin where this one did.
 * @returns the last row that was looked at: all in front of it were, of other blocks too
 */
function takeParts(search: Search, top: Top, block: Block, direction: Direction): Place | undefined {
  const places = search.read(block, () => top.inOrder(block)) ?? [];
  let last: Place | undefined;
  for (let from = 0; from < places.length; from += PART_ROWS) {
    const part = places.slice(from, from + PART_ROWS);
    const mask = new Uint8Array(block.rows);
    for (const place of part) mask[place] = 1;
    takePart(search, top, block, mask);
    const place = part.at(-1) as number;
    last = { timeMs: block.times()[place] as number, seq: block.first + place };
    if (search.isTimeUp() || top.isFull) break;
  }
  if (last === undefined) return undefined;
  for (const other of search.blocks) {
    if (
      other === block ||
      search.hasLooked(other) ||
      direction * (edgeOf(other, direction) - last.timeMs) > 0
    )
      continue;
    takePart(search, top, other, search.read(other, () => top.ahead(other, last)) ?? 'none');
  }
  return last;
}

function takePart(search: Search, top: Top, block: Block, among: Mask): void {
  const mask = search.lookAtPart(block, among);
  if (mask !== 'none') search.read(block, () => top.take({ block, mask }));
}

/** Whether the row that a cursor names went with its file. */
function hasGone(store: ReadStore, cursor: Place | undefined): boolean {
  const removedBelow = store.files.at(-1)?.counts.removedBelow ?? 0;
  return cursor !== undefined && Number.isFinite(cursor.seq) && cursor.seq < removedBelow;
}

/** Behind the row that stands at a place, so that it is in front of it. */
function stepped({ timeMs, seq }: Place, direction: Direction): Place {
  return { timeMs, seq: seq + direction };
}

/** The time of a block from which on its rows lie in a direction. */
function edgeOf(block: Block, direction: Direction): number {
  return direction === -1 ? block.hiMs : block.loMs;
}

/** The first rows in a direction of time, behind a cursor. */
class Top {
  readonly #limit: number;
  readonly #direction: Direction;
  readonly #after: Place | undefined;
  #found: FoundPlace[] = [];
  /** Of the last row that there is room for. */
  #worst: Place | undefined;

  constructor(limit: number, direction: Direction, after: Place | undefined) {
    this.#limit = limit;
    this.#direction = direction;
    this.#after = after;
  }

  get isFull(): boolean {
    return this.#worst !== undefined;
  }

  /** Whether all rows of a block come before the cursor. */
  isBehind({ loMs, hiMs }: Block): boolean {
    if (this.#after === undefined) return false;
    return this.#direction === -1 ? loMs > this.#after.timeMs : hiMs < this.#after.timeMs;
  }

  /** Whether some rows of a block may come before the cursor, and others not. */
  isCut(block: Block): boolean {
    if (this.#after === undefined) return false;
    return this.#direction * (edgeOf(block, this.#direction) - this.#after.timeMs) <= 0;
  }

  /** Whether all rows of a block come after those that were found. */
  isAfterAll(block: Block): boolean {
    const edge = edgeOf(block, this.#direction);
    return this.#worst !== undefined && this.#direction * (edge - this.#worst.timeMs) > 0;
  }

  /** The rows of a block behind the cursor. @param upTo - the last one that is wanted */
  ahead(block: Block, upTo?: Place): Mask {
    const times = block.times();
    const mask = new Uint8Array(block.rows);
    for (let place = 0; place < mask.length; place++) {
      const row = { timeMs: times[place] as number, seq: block.first + place };
      if (this.#after !== undefined && this.#compare(row, this.#after) <= 0) continue;
      if (upTo === undefined || this.#compare(row, upTo) <= 0) mask[place] = 1;
    }
    return both(mask, mask);
  }

  /** The same, as places in their order. */
  inOrder(block: Block): number[] {
    const times = block.times();
    const mask = this.ahead(block);
    return Array.from(times.keys())
      .filter((place) => isIn(mask, place))
      .sort(
        (one, other) => this.#direction * ((times[one] as number) - (times[other] as number) || one - other),
      );
  }

  take({ block, mask }: Hits): void {
    const times = block.times();
    const { rows, first } = block;
    // Rows come in order of time as a rule: from the end that is wanted, the first ones are soon found.
    for (let step = 0; step < rows; step++) {
      const place = this.#direction === -1 ? rows - 1 - step : step;
      if (!isIn(mask, place)) continue;
      const timeMs = times[place] as number;
      if (this.#worst !== undefined && this.#direction * (timeMs - this.#worst.timeMs) > 0) continue;
      const seq = first + place;
      if (this.#after !== undefined && this.#compare({ timeMs, seq }, this.#after) <= 0) continue;
      this.#found.push({ timeMs, seq, block });
      if (this.#found.length >= 2 * this.#limit + 100) this.#cut();
    }
    this.#cut();
  }

  /** @param upTo - only rows up to this place are certain */
  rows(upTo: Place | undefined): FoundPlace[] {
    this.#cut();
    if (upTo === undefined) return this.#found;
    return this.#found.filter((row) => this.#compare(row, upTo) <= 0);
  }

  #cut(): void {
    this.#found.sort((one, other) => this.#compare(one, other));
    if (this.#found.length < this.#limit) return;
    this.#found.length = this.#limit;
    this.#worst = this.#found.at(-1);
  }

  #compare(one: Place, other: Place): number {
    return this.#direction * (one.timeMs - other.timeMs || one.seq - other.seq);
  }
}

/** As many of the first rows as there is room for; one in any case. */
function fitting(search: Search, found: FoundPlace[], maxBytes: number): FoundPlace[] {
  const sizes = new Float64Array(found.length);
  for (const place of bySeq(found)) {
    const { seq, block } = found[place] as FoundPlace;
    search.read(block, () => {
      const { start, end } = block.file.recordAt(seq);
      sizes[place] = end - start;
    });
  }
  let bytes = 0;
  const end = sizes.findIndex((size, at) => {
    bytes += size;
    return at > 0 && bytes > maxBytes;
  });
  return end < 0 ? found : found.slice(0, end);
}

/** Where they stand, in order of their numbers, so that each chunk is read once. */
function bySeq(found: readonly FoundPlace[]): number[] {
  const seqOf = (at: number): number => (found[at] as FoundPlace).seq;
  return Array.from(found.keys()).sort((one, other) => seqOf(one) - seqOf(other));
}
