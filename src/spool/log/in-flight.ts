import type { PendingBatch } from './pending-batch.ts';
import { Runs } from './runs.ts';
import type { SpoolBatch } from './spool-batch.ts';

/** Records of a batch that are settled together. */
export interface Settled {
  readonly positions: readonly number[];
  readonly nameIds: Runs;
  /** Bytes of their fields. */
  readonly bytes: number;
}

/** Is told of a record: the id of its name, the bytes of its field, the position after it. */
export type Found = (nameId: number, size: number, position: number) => void;

/** One batch that was read, and which of its records are settled. */
export class InFlight {
  /** Whether the reader has the batch; if not, the next read returns what is left of the batch. */
  isOut = true;
  readonly #batch: PendingBatch;
  /** What the reader was given last: the batch, or what was left of it. */
  #given: SpoolBatch;
  /** All records before this one are settled. */
  #first = 0;
  #left: number;
  /** One byte a record; made when a record is settled before an earlier one is. */
  #settled: Uint8Array | undefined;
  /** The id of each record's name, when one was asked for. */
  #spelt: readonly number[] | undefined;

  constructor(batch: PendingBatch) {
    this.#batch = batch;
    this.#given = batch;
    this.#left = batch.count;
  }

  /** How many records are not settled. */
  get left(): number {
    return this.#left;
  }

  get from(): number {
    return this.#batch.from;
  }

  get to(): number {
    return this.#batch.to;
  }

  /** Every record before this position is settled. */
  get position(): number {
    return this.#batch.positions[this.#first - 1] ?? this.#batch.from;
  }

  /** Whether this is the batch that the reader was given as `batch`. */
  isGivenAs(batch: SpoolBatch): boolean {
    return this.isOut && this.#given === batch;
  }

  /** Hands out the records that are not settled. */
  give(): SpoolBatch {
    this.isOut = true;
    if (this.#left < this.#given.count) this.#given = this.#batch.pick(this.#unsettled(0, this.#batch.count));
    return this.#given;
  }

  /** Visits the records that are not settled. */
  visitLeft(found: Found): void {
    const { positions, ends } = this.#batch;
    const nameIds = this.#nameIds();
    for (const index of this.#unsettled(0, this.#batch.count)) {
      const size = (ends[index] ?? 0) - (ends[index - 1] ?? 0);
      found(nameIds[index] ?? 0, size, positions[index] ?? 0);
    }
  }

  /** Settles the records that end behind `from` and not behind `to`. @returns those that were not settled yet */
  settle(from: number, to: number): Settled | undefined {
    const { positions, count, nameIds, bytes } = this.#batch;
    const [start, end] = [firstBehind(positions, from), firstBehind(positions, to)];
    if (start >= end) return undefined;
    if (end - start === count && this.#left === count) {
      this.#left = 0;
      return { positions, nameIds, bytes: bytes.length };
    }
    const indexes = this.#unsettled(start, end);
    if (indexes.length === 0) return undefined;
    this.#mark(start, end, indexes.length);
    return this.#sumUp(indexes);
  }

  #mark(start: number, end: number, count: number): void {
    this.#left -= count;
    if (start > this.#first) {
      this.#settled ??= new Uint8Array(this.#batch.count);
      this.#settled.fill(1, start, end);
      return;
    }
    this.#first = Math.max(this.#first, end);
    while (this.#settled?.[this.#first] === 1) this.#first++;
  }

  #unsettled(start: number, end: number): number[] {
    const indexes: number[] = [];
    for (let index = Math.max(start, this.#first); index < end; index++) {
      if (this.#settled?.[index] !== 1) indexes.push(index);
    }
    return indexes;
  }

  #nameIds(): readonly number[] {
    this.#spelt ??= this.#batch.nameIds.expand((id) => id);
    return this.#spelt;
  }

  #sumUp(indexes: readonly number[]): Settled {
    const { positions, ends } = this.#batch;
    const nameIds = this.#nameIds();
    const settled = { positions: [] as number[], nameIds: new Runs(), bytes: 0 };
    for (const index of indexes) {
      settled.positions.push(positions[index] ?? 0);
      settled.nameIds.push(nameIds[index] ?? 0);
      settled.bytes += (ends[index] ?? 0) - (ends[index - 1] ?? 0);
    }
    return settled;
  }
}

/** Index of the first of `positions`, which grow, that is greater than `position`. */
function firstBehind(positions: readonly number[], position: number): number {
  let [low, high] = [0, positions.length];
  if (position >= (positions[high - 1] ?? 0)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
