import { isFor, type RecordView } from './layout.ts';
import { type Lookup, PendingBatch } from './pending-batch.ts';
import { Runs } from './runs.ts';

/** What a batch may hold; its first record may be larger. */
interface Limits {
  /** Of fields. */
  readonly maxBytes: number;
  readonly maxCount: number;
  /** Items in the records, of those that are whole requests. */
  readonly maxItems: number;
}

/** Copies the fields of one sink's records, as long as they share a header and a signal, into one buffer. */
export class BatchBuilder {
  readonly #maxBytes: number;
  readonly #maxCount: number;
  readonly #maxItems: number;
  readonly #bit: number;
  readonly #nameOf: Lookup['name'];
  #bytes: Buffer | undefined;
  #used = 0;
  #kind = 0;
  #headerId = 0;
  #from = 0;
  #items = 0;
  readonly #ends: number[] = [];
  readonly #positions: number[] = [];
  readonly #nameIds = new Runs();
  readonly #timesMs = new Runs();

  constructor(limits: Limits, bit: number, lookup: Pick<Lookup, 'name'>) {
    const { maxBytes, maxCount, maxItems } = limits;
    this.#maxBytes = maxBytes;
    this.#maxCount = maxCount;
    this.#maxItems = maxItems;
    this.#bit = bit;
    this.#nameOf = (id) => lookup.name(id);
  }

  /** @returns whether there may be more; `false` means that `record` was not taken */
  take(record: RecordView): boolean {
    if (!isFor(record, this.#bit)) return true;
    const size = record.to - record.from;
    if (this.#bytes === undefined) {
      // A queue that joins nothing reads one request at a time: there is no need for room behind it.
      this.#bytes = Buffer.allocUnsafeSlow(this.#maxCount === 1 ? size : Math.max(size, this.#maxBytes));
      this.#kind = record.kind;
      this.#headerId = record.id;
      this.#from = record.position;
    } else if (record.kind !== this.#kind || record.id !== this.#headerId) return false;
    const count = this.#ends.length;
    if (count > 0 && (this.#used + size > this.#maxBytes || count >= this.#maxCount)) return false;
    if (this.#maxItems !== Number.POSITIVE_INFINITY) {
      // Of a whole request the name is how many items it has.
      this.#items += Number(this.#nameOf(record.nameId));
      if (count > 0 && this.#items > this.#maxItems) return false;
    }
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
