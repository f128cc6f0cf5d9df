import type { Outcome } from '../../spool/log/outcome.ts';
import type { Account } from './account.ts';

/** Places in one chunk. */
const CHUNK = 4096;

/** From best to worst. `pending` stands between the good and the bad ones. */
const RANK = { acked: 0, handedOver: 1, rejected: 2, dropped: 3 } as const;
const FIRST_BAD = RANK.rejected;

const ACKED: Outcome = { column: 'acked' };
const HANDED_OVER: Outcome = { column: 'handedOver' };

/** Parallel columns instead of objects: with a backlog of millions they are a fifth of the memory. */
interface Chunk {
  used: number;
  /** Places that some sink has not settled. */
  open: number;
  readonly places: Float64Array;
  /** A bit for each sink that has not settled it. */
  readonly pending: Uint32Array;
  /** The rank of the worst outcome so far. */
  readonly worst: Uint8Array;
  readonly events: Account[];
  /** The reasons of the bad ones. */
  readonly reasons: Map<number, string>;
}

/**
 * Where events stand that go to several sinks, until all have settled them. An event's own column is the
 * first of these that holds for any of its sinks: dropped, rejected, pending, handedOver, acked.
 */
export class Standings {
  readonly #alsoOf: (place: number) => Account | undefined;
  #chunks: Chunk[] = [];

  /** @param alsoOf - another account, beside that of its name, that has the event at a place */
  constructor(alsoOf: (place: number) => Account | undefined) {
    this.#alsoOf = alsoOf;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Enters an event at a place behind all before it. */
  open(place: number, event: Account, sinks: number): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.used === CHUNK) {
      chunk = emptyChunk();
      this.#chunks.push(chunk);
    }
    const index = chunk.used++;
    chunk.open++;
    chunk.places[index] = place;
    chunk.pending[index] = sinks;
    chunk.events[index] = event;
  }

  /**
   * Settles the event at `place` for one sink, and moves it in the account of its name if that changes its
   * column. An event that this sink has settled before stays as it is.
   * @returns the account of its name, or undefined if no event is open there
   */
  settle(place: number, bit: number, outcome: Outcome): Account | undefined {
    const chunk = this.#chunkOf(place);
    const index = chunk === undefined ? -1 : indexOf(chunk, place);
    if (chunk === undefined || index < 0) return undefined;
    const event = chunk.events[index] as Account;
    if (isPending(chunk, index, bit)) this.#settleAt(chunk, index, bit, outcome);
    return event;
  }

  /** Settles everything a sink has not settled and that `remains` does not know. @returns the accounts, one an event */
  settleMissing(bit: number, outcome: Outcome, remains: (place: number) => boolean): Account[] {
    const settled: Account[] = [];
    for (const chunk of [...this.#chunks]) {
      for (let index = 0; index < chunk.used; index++) {
        if (!isPending(chunk, index, bit) || remains(chunk.places[index] as number)) continue;
        settled.push(chunk.events[index] as Account);
        this.#settleAt(chunk, index, bit, outcome);
      }
    }
    return settled;
  }

  #settleAt(chunk: Chunk, index: number, bit: number, outcome: Outcome): void {
    const event = chunk.events[index] as Account;
    const before = standing(chunk, index);
    chunk.pending[index] = ((chunk.pending[index] as number) & ~(1 << bit)) >>> 0;
    const rank = RANK[outcome.column];
    if (rank > (chunk.worst[index] as number)) {
      chunk.worst[index] = rank;
      if ('reason' in outcome) chunk.reasons.set(index, outcome.reason);
    }
    const after = standing(chunk, index);
    if (before?.column !== after?.column) {
      for (const account of [event, this.#alsoOf(chunk.places[index] as number)]) {
        if (before !== undefined) account?.unsettle(before);
        if (after !== undefined) account?.settle(after);
      }
    }
    if (chunk.pending[index] === 0 && --chunk.open === 0) this.#forget(chunk);
  }

  #forget(chunk: Chunk): void {
    this.#chunks = this.#chunks.filter((other) => other !== chunk);
  }

  /** Binary search: places only grow. */
  #chunkOf(place: number): Chunk | undefined {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((this.#chunks[middle] as Chunk).places[0] as number) <= place) low = middle + 1;
      else high = middle;
    }
    return this.#chunks[low - 1];
  }
}

/** The column an event stands in; undefined while it is pending. */
function standing(chunk: Chunk, index: number): Outcome | undefined {
  const worst = chunk.worst[index] as number;
  if (worst >= FIRST_BAD) {
    const reason = chunk.reasons.get(index) ?? '';
    return { column: worst === RANK.dropped ? 'dropped' : 'rejected', reason };
  }
  if (chunk.pending[index] !== 0) return undefined;
  return worst === RANK.handedOver ? HANDED_OVER : ACKED;
}

function isPending({ pending }: Chunk, index: number, bit: number): boolean {
  return (((pending[index] as number) >>> bit) & 1) === 1;
}

/** Binary search within a chunk. @returns -1 if no event is at this place */
function indexOf({ places, used }: Chunk, place: number): number {
  let [low, high] = [0, used];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return low < used && places[low] === place ? low : -1;
}

function emptyChunk(): Chunk {
  return {
    used: 0,
    open: 0,
    places: new Float64Array(CHUNK),
    pending: new Uint32Array(CHUNK),
    worst: new Uint8Array(CHUNK),
    events: [],
    reasons: new Map(),
  };
}
