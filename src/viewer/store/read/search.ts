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

/** Thrown between the rows of a block. */
class TimeIsUp extends Error {}

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
  readonly #isStep: boolean;
  readonly #looked = new Set<Block>();
  /** In parts of blocks. */
  #lookedRows = 0;
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
    this.#isStep = isStep;
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

  /**
   * The rows of a block that fit. The first one is begun in any case, if anybody waits for it; where each row has to be read
   * time may be up in it.
   * @param among - those that matter
   */
  look(block: Block, among: Mask = 'all'): Mask | 'time is up' {
    if (this.isStopped || (this.#looked.size > 0 && this.isTimeUp())) {
      this.#isComplete = false;
      return 'time is up';
    }
    // What is given page by page comes no further unless a part of the first block is looked at: it has the other half.
    const withinMs = this.#isStep && this.#looked.size === 0 ? this.#withinMs / 2 : this.#withinMs;
    const found = this.#run(
      block,
      () => this.#maskOf(block, among),
      () => this.#isOver(withinMs),
    );
    if (found === 'time is up') return found;
    if (found === 'damaged') return 'none';
    this.#looked.add(block);
    return found.value;
  }

  /** Those of some rows that fit, however long it takes, if anybody waits for it. */
  lookAtPart(block: Block, among: Mask): Mask {
    const mask = this.read(block, () => this.#maskOf(block, among));
    if (mask !== undefined) this.#lookedRows += countOf(among, block.rows);
    return mask ?? 'none';
  }

  hasLooked(block: Block): boolean {
    return this.#looked.has(block);
  }

  /** Whether no block was looked at as a whole. */
  get isAtFirst(): boolean {
    return this.#looked.size === 0;
  }

  /** Those rows for which a further condition holds. */
  narrow(condition: Query['where'], { block, mask }: Hits): Mask {
    return condition === undefined ? mask : this.#prepared.maskOf(condition, block, mask);
  }

  /**
   * Runs what reads a block; one that is damaged is passed over from now on, and the answer is not complete. It is read to
   * the end, unless nobody waits for it any more.
   */
  read<T>(block: Block, work: () => T): T | undefined {
    const done = this.#run(block, work, () => this.isStopped);
    return typeof done === 'string' ? undefined : done.value;
  }

  /** The same for as long as there is time: then the block counts as one that nobody has looked at. */
  readInTime<T>(block: Block, work: () => T): T | undefined {
    const done = this.#run(block, work, () => this.isTimeUp());
    if (done === 'time is up') this.#looked.delete(block);
    return typeof done === 'string' ? undefined : done.value;
  }

  /** @param isOver - asked before each chunk of rows is read */
  #run<T>(
    block: Block,
    work: () => T,
    isOver: () => boolean,
  ): { readonly value: T } | 'damaged' | 'time is up' {
    const { store } = this;
    store.beforeChunk = () => {
      if (isOver()) throw new TimeIsUp();
    };
    try {
      return { value: work() };
    } catch (error) {
      const isLate = error instanceof TimeIsUp;
      if (!isLate && !isDamage(error)) throw error;
      if (!isLate) store.dropBlock(block, error);
      this.#isComplete = false;
      return isLate ? 'time is up' : 'damaged';
    } finally {
      store.beforeChunk = undefined;
    }
  }

  /** Nobody waits for the answer any more. */
  get isStopped(): boolean {
    return this.#signal?.aborted === true;
  }

  isTimeUp(): boolean {
    return this.#isOver(this.#withinMs);
  }

  #isOver(withinMs: number): boolean {
    return this.isStopped || performance.now() - this.#startMs > withinMs;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  scanned(): Scanned {
    const counts = this.blocks.map((block) => this.#inRange(block));
    const looked = this.blocks.map((block, at) => (this.#looked.has(block) ? (counts[at] as number) : 0));
    return {
      rows: looked.reduce((sum, count) => sum + count, this.#lookedRows),
      of: counts.reduce((sum, count) => sum + count, 0),
      tookMs: performance.now() - this.#startMs,
    };
  }

  /** What is worked out of all rows lacks those that damage has taken, wherever they were. */
  answer<T>(value: T): Answer<T> {
    const complete = this.#isComplete && this.store.damaged().length === 0;
    return { value, complete, scanned: this.scanned() };
  }

  #maskOf(block: Block, among: Mask): Mask {
    const inRange = both(rangeMask(block, this.query.range), among);
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
