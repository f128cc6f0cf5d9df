import { isFor, type RecordView } from './layout.ts';
import { type Lookup, PendingBatch } from './pending-batch.ts';
import { Runs } from './runs.ts';

/** Copies the fields of one sink's records, as long as they share a header and a signal, into one buffer. */
export class BatchBuilder {
  readonly #maxBytes: number;
  readonly #maxCount: number;
  readonly #bit: number;
  #bytes: Buffer | undefined;
  #used = 0;
  #kind = 0;
  #headerId = 0;
  #from = 0;
  readonly #ends: number[] = [];
  readonly #positions: number[] = [];
  readonly #nameIds = new Runs();
  readonly #timesMs = new Runs();

  constructor(maxBytes: number, maxCount: number, bit: number) {
    this.#maxBytes = maxBytes;
    this.#maxCount = maxCount;
    this.#bit = bit;
  }

  /** @returns whether there may be more; `false` means that `record` was not taken */
  take(record: RecordView): boolean {
    if (!isFor(record, this.#bit)) return true;
    const size = record.to - record.from;
    if (this.#bytes === undefined) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, this.#maxBytes));
      this.#kind = record.kind;
      this.#headerId = record.id;
      this.#from = record.position;
    } else if (record.kind !== this.#kind || record.id !== this.#headerId) return false;
    const count = this.#ends.length;
    if (count > 0 && (this.#used + size > this.#maxBytes || count >= this.#maxCount)) return false;
    record.bytes.copy(this.#bytes, this.#used, record.from, record.to);
    this.#used += size;
    this.#ends.push(this.#used);
    this.#positions.push(record.end);
    this.#nameIds.push(record.nameId);
    this.#timesMs.push(record.timeMs);
    return true;
  }

  /** What was taken; undefined if there was nothing. */
  batch(lookup: Lookup): PendingBatch | undefined {
    if (this.#bytes === undefined) return undefined;
    const collected = {
      kind: this.#kind,
      headerId: this.#headerId,
      bytes: this.#bytes.subarray(0, this.#used),
      ends: this.#ends,
      positions: this.#positions,
      nameIds: this.#nameIds,
      timesMs: this.#timesMs,
      from: this.#from,
    };
    return new PendingBatch(collected, lookup);
  }
}
