import type { Cursor, SpoolBatch } from '../log/cursor.ts';
import type { Outcome } from '../log/outcome.ts';

/** A batch that was taken from a cursor. */
export interface Taken {
  readonly batch: SpoolBatch;
  readonly source: Source;
  /** How many records were taken from the cursor before it. */
  readonly place: number;
  /** How many of it are not settled. */
  left: number;
}

/** A cursor and what was taken from it. */
export interface Source {
  readonly cursor: Cursor;
  /** Gets no more records: let go of when nothing is pending. */
  readonly isLeftover: boolean;
  /** Records taken so far. */
  taken: number;
  /** Of those the ones not settled. */
  inFlight: number;
  inFlightBytes: number;
  readonly batches: Set<Taken>;
}

/** How far each cursor has to come. */
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

  /** Bytes of their fields. */
  get unreadBytes(): number {
    return sum(this.#sources, ({ cursor, inFlightBytes }) => cursor.pendingBytes - inFlightBytes);
  }

  /** @param isLeftover - goes behind the leftovers there are, and before the rest */
  add(cursor: Cursor, isLeftover: boolean): void {
    if (this.#sources.some((source) => source.cursor === cursor)) return;
    const source = { cursor, isLeftover, taken: 0, inFlight: 0, inFlightBytes: 0, batches: new Set<Taken>() };
    const others = this.#sources;
    this.#sources = isLeftover
      ? [...others.filter((one) => one.isLeftover), source, ...others.filter((one) => !one.isLeftover)]
      : [...others, source];
  }

  /** The next batch of the first cursor that has one. */
  take(maxBytes: number, maxCount: number): Taken | undefined {
    if (this.#sources.some(isDone)) this.#sources = this.#sources.filter((source) => !isDone(source));
    for (const source of this.#sources) {
      const batch = unreadIn(source) > 0 ? source.cursor.read(maxBytes, maxCount) : undefined;
      if (batch === undefined) continue;
      const taken = { batch, source, place: source.taken, left: batch.count };
      source.taken += batch.count;
      source.inFlight += batch.count;
      source.inFlightBytes += batch.bytes.length;
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

  /** What is in flight is to be read again, by whoever comes next. */
  rewind(): void {
    for (const source of this.#sources) {
      for (const { batch } of source.batches) source.cursor.rewind(batch);
      source.batches.clear();
      source.inFlight = 0;
      source.inFlightBytes = 0;
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
