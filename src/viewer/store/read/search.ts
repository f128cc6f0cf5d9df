import { performance } from '../../../time.ts';
import type { Query, TimeRange } from '../../query/query.ts';
import type { Answer, Bounds, Scanned } from '../event-store.ts';
import type { Block } from './block.ts';
import { isDamage } from './damage.ts';
import { both, countOf, type Mask } from './mask.ts';
import { PreparedCondition } from './mask-of.ts';
import type { ReadStore } from './read-store.ts';

/** Rows of a block that fit. */
export interface Hits {
  readonly block: Block;
  /** Never `none`. */
  readonly mask: Mask;
}

export type Order = 'newest' | 'oldest' | 'stored';

const DEFAULT_MS = 2000;

/** One question: goes through the blocks in its range for as long as it may. */
export class Search {
  readonly store: ReadStore;
  readonly query: Query;
  /** Those in the range, in the order in which they are looked at. */
  readonly blocks: readonly Block[];
  readonly #startMs = performance.now();
  readonly #withinMs: number;
  readonly #signal: Bounds['signal'];
  readonly #prepared: PreparedCondition;
  readonly #looked = new Set<Block>();
  #isComplete = true;

  /** @param isStep - it ends as soon as there are enough rows */
  constructor(
    store: ReadStore,
    query: Query,
    { withinMs = DEFAULT_MS, signal }: Bounds,
    order: Order = 'stored',
    isStep = false,
  ) {
    this.store = store;
    this.query = query;
    this.#withinMs = withinMs;
    this.#signal = signal;
    this.#prepared = new PreparedCondition(isStep);
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = query.range;
    const blocks = store.blocks.filter(({ loMs, hiMs }) => hiMs >= fromMs && loMs < toMs);
    if (order === 'newest') blocks.sort((one, other) => other.hiMs - one.hiMs);
    if (order === 'oldest') blocks.sort((one, other) => one.loMs - other.loMs);
    this.blocks = blocks;
  }

  /** Goes through the blocks, until the time is up. */
  *hits(): Generator<Hits> {
    for (const block of this.blocks) {
      const found = this.look(block);
      if (found === 'time is up') return;
      if (found !== 'none') yield { block, mask: found };
    }
  }

  /** The rows of a block that fit. The first one is always looked at, if anybody waits for it. */
  look(block: Block): Mask | 'time is up' {
    if (this.isStopped || (this.#looked.size > 0 && this.isTimeUp())) {
      this.#isComplete = false;
      return 'time is up';
    }
    const mask = this.read(block, () => this.#maskOf(block));
    if (mask !== undefined) this.#looked.add(block);
    return mask ?? 'none';
  }

  /** Those rows for which a further condition holds. */
  narrow(condition: Query['where'], { block, mask }: Hits): Mask {
    return condition === undefined ? mask : this.#prepared.maskOf(condition, block, mask);
  }

  /** Runs what reads a block; one that is damaged is passed over from now on, and the answer is not complete. */
  read<T>(block: Block, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.store.dropBlock(block, error);
      this.#isComplete = false;
      return undefined;
    }
  }

  /** Nobody waits for the answer any more. */
  get isStopped(): boolean {
    return this.#signal?.aborted === true;
  }

  isTimeUp(): boolean {
    return this.isStopped || performance.now() - this.#startMs > this.#withinMs;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  scanned(): Scanned {
    const counts = this.blocks.map((block) => this.#inRange(block));
    const looked = this.blocks.map((block, at) => (this.#looked.has(block) ? (counts[at] as number) : 0));
    return {
      rows: looked.reduce((sum, count) => sum + count, 0),
      of: counts.reduce((sum, count) => sum + count, 0),
      tookMs: performance.now() - this.#startMs,
    };
  }

  /** What is worked out of all rows lacks those that damage has taken, wherever they were. */
  answer<T>(value: T): Answer<T> {
    const complete = this.#isComplete && this.store.damaged().length === 0;
    return { value, complete, scanned: this.scanned() };
  }

  #maskOf(block: Block): Mask {
    const inRange = rangeMask(block, this.query.range);
    const { where } = this.query;
    return where === undefined ? inRange : this.#prepared.maskOf(where, block, inRange);
  }

  #inRange(block: Block): number {
    return this.read(block, () => countOf(rangeMask(block, this.query.range), block.rows)) ?? 0;
  }
}

/** The rows of a block in a range of time. */
export function rangeMask(block: Block, { fromMs, toMs }: TimeRange): Mask {
  const from = fromMs ?? Number.NEGATIVE_INFINITY;
  const to = toMs ?? Number.POSITIVE_INFINITY;
  if (block.loMs >= from && block.hiMs < to) return 'all';
  const times = block.times();
  const mask = new Uint8Array(block.rows);
  for (let at = 0; at < mask.length; at++) {
    const time = times[at] as number;
    if (time >= from && time < to) mask[at] = 1;
  }
  return both(mask, mask);
}
