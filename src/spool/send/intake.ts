import type { Cursor, SpoolBatch } from '../log/cursor.ts';
import type { Outcome } from '../log/outcome.ts';
import { itemsIn } from '../log/spool-batch.ts';

/** A batch that was taken from a cursor. */
export interface Taken {
  readonly batch: SpoolBatch;
  readonly source: Source;
  /** How many records were taken from the cursor before this batch. */
  readonly place: number;
  /** How many of its records are not settled. */
  left: number;
}

/** A cursor and what was taken from it. */
export interface Source {
  readonly cursor: Cursor;
  /** Whether the cursor is one of a leftover: it gets no more records, and is let go of when nothing is pending. */
  readonly isLeftover: boolean;
  /** Records taken so far. */
  taken: number;
  /** Records taken and not settled. */
  inFlight: number;
  inFlightBytes: number;
  inFlightItems: number;
  readonly batches: Set<Taken>;
}

/** How far each cursor has to come for a flush to be over. */
export type Mark = readonly { readonly source: Source; readonly place: number }[];

/** The cursors of one sender, in the order in which they are emptied: leftovers, then the own log. */
export class Intake {
  #sources: readonly Source[] = [];

  /** Records taken and not settled. */
  get inFlight(): number {
    return sum(this.#sources, ({ inFlight }) => inFlight);
  }

  /** Records pending and not taken. */
  get unread(): number {
    return sum(this.#sources, unreadIn);
  }

  /** Bytes of the fields of records pending and not taken. */
  get unreadBytes(): number {
    return sum(this.#sources, ({ cursor, inFlightBytes }) => cursor.pendingBytes - inFlightBytes);
  }

  /** Items in the records that are taken and not settled. */
  get inFlightItems(): number {
    return sum(this.#sources, ({ inFlightItems }) => inFlightItems);
  }

  /** Adds a cursor. @param isLeftover - its place is behind the other leftovers and before the own log */
  add(cursor: Cursor, isLeftover: boolean): void {
    if (this.#sources.some((source) => source.cursor === cursor)) return;
    const none = { taken: 0, inFlight: 0, inFlightBytes: 0, inFlightItems: 0 };
    const source = { cursor, isLeftover, ...none, batches: new Set<Taken>() };
    const others = this.#sources;
    this.#sources = isLeftover
      ? [...others.filter((one) => one.isLeftover), source, ...others.filter((one) => !one.isLeftover)]
      : [...others, source];
  }

  /** The next batch of the first cursor that has one. */
  take(maxBytes: number, maxCount: number, maxItems: number): Taken | undefined {
    if (this.#sources.some(isDone)) this.#sources = this.#sources.filter((source) => !isDone(source));
    for (const source of this.#sources) {
      const batch = unreadIn(source) > 0 ? source.cursor.read(maxBytes, maxCount, maxItems) : undefined;
      if (batch === undefined) continue;
      const taken = { batch, source, place: source.taken, left: batch.count };
      source.taken += batch.count;
      source.inFlight += batch.count;
      source.inFlightBytes += batch.bytes.length;
      source.inFlightItems += itemsIn(batch);
      source.batches.add(taken);
      return taken;
    }
    return undefined;
  }

  /** Settles a part of a batch. */
  settle(taken: Taken, part: SpoolBatch, outcome: Outcome): void {
    const { source } = taken;
    taken.left -= part.count;
    if (taken.left === 0) source.batches.delete(taken);
    source.inFlight -= part.count;
    source.inFlightBytes -= part.bytes.length;
    source.inFlightItems -= itemsIn(part);
    source.cursor.ack(part.to, part.from, outcome);
  }

  /** Everything that is pending now. */
  mark(): Mark {
    return this.#sources
      .filter(({ cursor }) => cursor.pending > 0)
      .map((source) => ({ source, place: source.taken + unreadIn(source) }));
  }

  /** Whether everything before `mark` is settled. */
  isPast(mark: Mark): boolean {
    return mark.every(({ source, place }) => firstUnsettled(source) >= place);
  }

  /** Rewinds the cursors, so that the next reader reads again what is in flight. */
  rewind(): void {
    for (const source of this.#sources) {
      for (const { batch } of source.batches) source.cursor.rewind(batch);
      source.batches.clear();
      source.inFlight = 0;
      source.inFlightBytes = 0;
      source.inFlightItems = 0;
    }
  }
}

function unreadIn({ cursor, inFlight }: Source): number {
  return cursor.pending - inFlight;
}

function isDone({ cursor, isLeftover, batches }: Source): boolean {
  return isLeftover && cursor.pending === 0 && batches.size === 0;
}

/** Batches are taken in order, so the oldest that is under way is the first of the set. */
function firstUnsettled(source: Source): number {
  for (const { place } of source.batches) return place;
  return unreadIn(source) > 0 ? source.taken : Number.POSITIVE_INFINITY;
}

function sum(sources: readonly Source[], of: (source: Source) => number): number {
  let total = 0;
  for (const source of sources) total += of(source);
  return total;
}
