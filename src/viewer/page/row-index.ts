import type { Row } from '../store/event-store.ts';
import type { HistogramAnswer, RowsAnswer } from './answers.ts';
import { apiUrl, fetchJson } from './fetch-json.ts';
import { rangeOf } from './query-text.ts';

/** A span of time and the rows in it, the newest first. It is cut into smaller ones until a page holds it. */
interface Part {
  readonly fromMs: number;
  readonly toMs: number;
  /** Place of its newest row in the list. */
  readonly first: number;
  readonly count: number;
  /** From the newest to the oldest. */
  parts?: readonly Part[];
  rows?: readonly Row[];
  next?: string | null;
  isAsked?: boolean;
}

const PAGE_ROWS = 200;
/** A part that cannot be cut is read page by page. */
const LONG_PAGE_ROWS = 1000;
const MAX_BUCKETS = 1024;
/** Pages of rows that are kept in memory. */
const MAX_PAGES = 60;
const MAX_REQUESTS = 3;

/**
 * Rows by their place in a list of millions, of which only what is looked at is fetched. The API has no offsets, so places are
 * found by time: counts by spans of time say in which of them a place is. Spans are powers of two in milliseconds, so that
 * they can be cut without fractions.
 */
export class RowIndex {
  readonly count: number;
  readonly #where: string;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #root: Part;
  readonly #stop = new AbortController();
  /** In the order in which they were used. */
  readonly #pages = new Set<Part>();
  readonly #ids = new Set<string>();
  #wanted: readonly [number, number] = [0, 0];
  #running = 0;

  private constructor(
    where: string,
    total: HistogramAnswer,
    onChange: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#where = where;
    this.#onChange = onChange;
    this.#onError = onError;
    const toMs = total.fromMs + total.bucketMs * total.counts.length;
    this.count = total.counts.reduce((sum, count) => sum + count, 0);
    this.#root = { fromMs: total.fromMs, toMs, first: 0, count: this.count };
    this.#root.parts = cut(this.#root, total);
  }

  /** @param where - a query without a range */
  static async open(
    where: string,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    signal: AbortSignal,
    onChange: () => void,
    onError: (error: unknown) => void,
  ): Promise<RowIndex> {
    // Of no rows the server has no range either.
    if (toMs <= fromMs) return new RowIndex(where, { ...NO_ROWS, fromMs }, onChange, onError);
    const from = Math.floor(fromMs);
    const wide = Math.max(1, Math.ceil(toMs) - from);
    const width = 2 ** Math.max(0, Math.ceil(Math.log2(wide / MAX_BUCKETS)));
    const buckets = Math.ceil(wide / width);
    const q = `${where} ${rangeOf(from, from + width * buckets)}`.trim();
    const total = await fetchJson<HistogramAnswer>(apiUrl('histogram', { q, buckets }), signal);
    return new RowIndex(where, total, onChange, onError);
  }

  /** Undefined while it is not there yet; then `want` fetches it. */
  at(place: number): Row | undefined {
    const part = this.#leaf(place);
    return part?.rows?.[place - part.first];
  }

  /** Whether this row is among those that are here now. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Fetches the rows from one place up to another, if nothing else is wanted meanwhile. */
  want(from: number, to: number): void {
    this.#wanted = [Math.max(0, from), Math.min(this.count, to)];
    this.#fetchWanted();
  }

  close(): void {
    this.#stop.abort();
  }

  #fetchWanted(): void {
    const [from, to] = this.#wanted;
    for (let place = from; place < to && this.#running < MAX_REQUESTS; ) {
      const part = this.#leaf(place);
      if (part === undefined) return;
      if (!part.isAsked && !isThere(part, place)) void this.#fetch(part);
      place = part.first + part.count;
    }
  }

  async #fetch(part: Part): Promise<void> {
    part.isAsked = true;
    this.#running++;
    try {
      if (part.count > PAGE_ROWS && part.toMs - part.fromMs > 1) await this.#cut(part);
      else await this.#read(part);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#onError(error);
      return;
    } finally {
      this.#running--;
    }
    part.isAsked = false;
    this.#onChange();
    this.#fetchWanted();
  }

  async #cut(part: Part): Promise<void> {
    const wide = part.toMs - part.fromMs;
    const buckets = Math.min(MAX_BUCKETS, wide, 2 ** Math.ceil(Math.log2((2 * part.count) / PAGE_ROWS)));
    const q = `${this.#where} ${rangeOf(part.fromMs, part.toMs)}`.trim();
    const answer = await fetchJson<HistogramAnswer>(apiUrl('histogram', { q, buckets }), this.#stop.signal);
    part.parts = cut(part, answer);
  }

  async #read(part: Part): Promise<void> {
    const q = `${this.#where} ${rangeOf(part.fromMs, part.toMs)}`.trim();
    const limit = Math.min(part.count, LONG_PAGE_ROWS);
    const url = apiUrl('events', { q, limit, cursor: part.next ?? undefined });
    const { rows, next } = await fetchJson<RowsAnswer>(url, this.#stop.signal);
    part.rows = [...(part.rows ?? []), ...rows];
    part.next = next ?? null;
    for (const { id } of rows) this.#ids.add(id);
    this.#keep(part);
  }

  #keep(part: Part): void {
    this.#pages.delete(part);
    this.#pages.add(part);
    for (const old of this.#pages) {
      if (this.#pages.size <= MAX_PAGES) return;
      for (const { id } of old.rows ?? []) this.#ids.delete(id);
      delete old.rows;
      delete old.next;
      this.#pages.delete(old);
    }
  }

  #leaf(place: number): Part | undefined {
    if (place < 0 || place >= this.count) return undefined;
    let part = this.#root;
    while (part.parts !== undefined) {
      const inner = findPart(part.parts, place);
      if (inner === undefined) return undefined;
      part = inner;
    }
    return part;
  }
}

const NO_ROWS = { bucketMs: 1, counts: [], complete: true, scanned: { rows: 0, of: 0, tookMs: 0 } };

/** Rows may be fewer than were counted, when some went meanwhile: then there is nothing more to fetch. */
function isThere(part: Part, place: number): boolean {
  return part.rows !== undefined && (place - part.first < part.rows.length || part.next === null);
}

/** Neighbours that fit on a page together become one part. */
function cut(whole: Part, { fromMs, bucketMs, counts }: HistogramAnswer): Part[] {
  const parts: Part[] = [];
  let first = whole.first;
  let toMs = fromMs + bucketMs * counts.length;
  for (let at = counts.length - 1; at >= 0; ) {
    let count = counts[at] ?? 0;
    let from = at;
    while (from > 0 && count + (counts[from - 1] ?? 0) <= PAGE_ROWS) count += counts[--from] ?? 0;
    const partFromMs = fromMs + bucketMs * from;
    if (count > 0) parts.push({ fromMs: partFromMs, toMs, first, count });
    first += count;
    toMs = partFromMs;
    at = from - 1;
  }
  return parts;
}

function findPart(parts: readonly Part[], place: number): Part | undefined {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle] as Part).first <= place) low = middle;
    else high = middle - 1;
  }
  return parts[low];
}
