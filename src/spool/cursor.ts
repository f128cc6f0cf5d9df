import type { Signal } from '../otlp/batch.ts';
import type { Header } from './definitions.ts';
import { KIND, type RecordView } from './layout.ts';
import type { Visit } from './segment-reader.ts';

/** The log that a cursor walks over. */
export interface RecordSource {
  readonly end: number;
  /** Visits records from `position` on. @returns where it stopped, or the end */
  visit(position: number, visit: Visit): number;
  header(id: number): Header | undefined;
  name(id: number): string;
  /** A cursor has moved: to be kept, and segments may go. */
  moved(cursor: Cursor): void;
  /** Records were given up. */
  dropped(drop: Drop): void;
}

/** Records that a sink will never get. */
export interface Drop {
  readonly sink: string;
  /** `queue_full`, `expired`, `corrupt`, `spool_lost`, `taken_over`, or what the caller of a drop said. */
  readonly reason: string;
  readonly count: number;
  /** How many of each event name. */
  readonly names: ReadonlyMap<string, number>;
}

/** Records of one sink, signal and header, in order. Its bytes are its own: nothing overwrites them. */
export interface SpoolBatch {
  readonly signal: Signal;
  readonly header: Header;
  /** The encoded fields, one after the other. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where each field ends in `bytes`. */
  readonly ends: readonly number[];
  /** The position after each record: what `ack` takes. */
  readonly positions: readonly number[];
  readonly names: readonly string[];
  /** When each was appended, in epoch milliseconds. */
  readonly timesMs: readonly number[];
  /** Position of the first record. */
  readonly from: number;
  /** The position after the last record. */
  readonly to: number;
}

/** One field of a batch, as a view. */
export function fieldAt({ bytes, ends }: SpoolBatch, index: number): Uint8Array {
  return bytes.subarray(ends[index - 1] ?? 0, ends[index]);
}

interface InFlight {
  readonly batch: Collected;
  /** Records settled, from the first. */
  settled: number;
  /** Whether the reader has it; if not, the next read returns it. */
  out: boolean;
}

interface Collected extends SpoolBatch {
  readonly nameIds: number[];
}

const DEFAULT_BATCH_BYTES = 1024 * 1024;

/** How far one sink has come in one log. */
export class Cursor {
  readonly sink: string;
  readonly bit: number;
  readonly #source: RecordSource;
  #next: number;
  #inFlight: InFlight[] = [];
  #pending = 0;
  #pendingBytes = 0;
  readonly #byName: number[] = [];

  constructor(source: RecordSource, sink: string, bit: number, position: number) {
    this.#source = source;
    this.sink = sink;
    this.bit = bit;
    this.#next = position;
  }

  /** Records that are not settled, those in flight included. */
  get pending(): number {
    return this.#pending;
  }

  /** Everything before it is settled. */
  get position(): number {
    if (this.#pending === 0) return this.#source.end;
    const first = this.#inFlight[0];
    if (first === undefined) return this.#next;
    return first.batch.positions[first.settled - 1] ?? first.batch.from;
  }

  /** Where the next read begins. */
  get next(): number {
    return this.#next;
  }

  /** Records that are not settled, by event name. */
  pendingByName(): Map<string, number> {
    return this.#toNames(this.#byName);
  }

  /** Counts a record that was appended for this sink. */
  added(position: number, nameId: number, bytes: number): void {
    // Whatever lies between was for others: no need to read it.
    if (this.#pending === 0) this.#next = position;
    this.#pending++;
    this.#pendingBytes += bytes;
    this.#byName[nameId] = (this.#byName[nameId] ?? 0) + 1;
  }

  /**
   * Takes the next records that share a header and a signal, up to `maxBytes` of fields; a larger one comes
   * alone. They stay pending until `ack`.
   */
  read(maxBytes: number = DEFAULT_BATCH_BYTES): SpoolBatch | undefined {
    if (this.#pending === 0) return undefined;
    const returned = this.#inFlight.find(({ out }) => !out);
    if (returned !== undefined) {
      returned.out = true;
      return restOf(returned);
    }
    const collector = new Collector(this.#source, Math.min(maxBytes, this.#pendingBytes), this.bit);
    this.#next = this.#source.visit(this.#next, (record) => collector.take(record));
    const batch = collector.batch();
    if (batch === undefined) return this.#settleMissing();
    this.#inFlight.push({ batch, settled: 0, out: true });
    return batch;
  }

  /**
   * Settles what was read, up to the position `to`: delivered or refused for good. A record behind it may be
   * settled first where several requests are under way: `from` says where such a range begins.
   */
  ack(to: number, from = 0): void {
    for (const entry of this.#inFlight) {
      const { positions, ends, nameIds } = entry.batch;
      if ((positions[entry.settled] ?? 0) <= from) continue;
      for (let index = entry.settled; index < positions.length && (positions[index] ?? 0) <= to; index++) {
        this.#settle(nameIds[index] ?? 0, (ends[index] ?? 0) - (ends[index - 1] ?? 0));
        entry.settled = index + 1;
      }
    }
    this.#inFlight = this.#inFlight.filter(({ batch, settled }) => settled < batch.count);
    this.#source.moved(this);
  }

  /** What was read and not settled will be read again, in the same order and in the same batches. */
  rewind(): void {
    for (const entry of this.#inFlight) entry.out = false;
  }

  /** Whether a segment of these positions holds something to be read, or in flight: that goes to the next process. */
  needs(base: number, end: number): boolean {
    if (this.#pending === 0) return false;
    return end > this.#next || this.#inFlight.some(({ batch }) => batch.from < end && batch.to > base);
  }

  /** Gives up what lies from `position` on and was not read: nobody will be able to. */
  dropFrom(position: number, reason: string): void {
    const names: number[] = [];
    this.#source.visit(Math.max(this.#next, position), (record) => {
      if (isFor(record, this.bit)) this.#drop(record, names);
      return true;
    });
    this.#report(reason, names);
  }

  /** Gives up records that were not read yet, from the oldest on, as long as `which` says so. */
  dropWhile(reason: string, which: (record: RecordView) => boolean): void {
    const names: number[] = [];
    this.#next = this.#source.visit(this.#next, (record) => {
      if (!which(record)) return false;
      if (isFor(record, this.bit)) this.#drop(record, names);
      return true;
    });
    this.#report(reason, names);
  }

  /**
   * The log before `position` is gone, and what of it was not read goes with it. What is in flight is in the
   * reader's hands.
   */
  lost(position: number, reason: string): void {
    if (this.#pending === 0 || this.#next >= position) return;
    this.#next = position;
    this.#dropUncounted(reason);
  }

  /** Nothing more can be read, yet not all is settled: what is missing was damaged. */
  #settleMissing(): undefined {
    if (this.#inFlight.length > 0 || this.#pending === 0 || this.#next < this.#source.end) return undefined;
    this.#dropUncounted('corrupt');
    this.#source.moved(this);
    return undefined;
  }

  /** Drops what is neither in flight nor ahead, which nobody can read any more. */
  #dropUncounted(reason: string): void {
    const missing = this.#byName.slice();
    let bytes = this.#pendingBytes;
    const found = (nameId: number, size: number): void => {
      missing[nameId] = (missing[nameId] ?? 0) - 1;
      bytes -= size;
    };
    for (const { batch, settled } of this.#inFlight) {
      for (let index = settled; index < batch.count; index++) {
        found(batch.nameIds[index] ?? 0, (batch.ends[index] ?? 0) - (batch.ends[index - 1] ?? 0));
      }
    }
    this.#source.visit(this.#next, (record) => {
      if (isFor(record, this.bit)) found(record.nameId, record.to - record.from);
      return true;
    });
    missing.forEach((count, nameId) => {
      this.#pending -= count;
      this.#byName[nameId] = (this.#byName[nameId] ?? 0) - count;
    });
    this.#pendingBytes -= bytes;
    this.#report(reason, missing);
  }

  #drop(record: RecordView, names: number[]): void {
    names[record.nameId] = (names[record.nameId] ?? 0) + 1;
    this.#settle(record.nameId, record.to - record.from);
  }

  #settle(nameId: number, bytes: number): void {
    this.#pending--;
    this.#pendingBytes -= bytes;
    this.#byName[nameId] = (this.#byName[nameId] ?? 0) - 1;
  }

  #report(reason: string, counts: readonly number[]): void {
    const names = this.#toNames(counts);
    const count = [...names.values()].reduce((sum, some) => sum + some, 0);
    if (count > 0) this.#source.dropped({ sink: this.sink, reason, count, names });
  }

  #toNames(counts: readonly number[]): Map<string, number> {
    const names = new Map<string, number>();
    counts.forEach((count, nameId) => {
      const name = this.#source.name(nameId);
      if (count > 0) names.set(name, (names.get(name) ?? 0) + count);
    });
    return names;
  }
}

/** Whether `record` is a data record chosen for the sink of `bit`. */
export function isFor({ kind, sinks }: RecordView, bit: number): boolean {
  return kind !== KIND.definition && ((sinks >>> bit) & 1) === 1;
}

/** What of a batch is not settled. */
function restOf({ batch, settled }: InFlight): SpoolBatch {
  if (settled === 0) return batch;
  const start = batch.ends[settled - 1] ?? 0;
  return {
    ...batch,
    bytes: batch.bytes.subarray(start),
    count: batch.count - settled,
    ends: batch.ends.slice(settled).map((end) => end - start),
    positions: batch.positions.slice(settled),
    names: batch.names.slice(settled),
    timesMs: batch.timesMs.slice(settled),
    from: batch.positions[settled - 1] ?? batch.from,
  };
}

/** Copies fields into a buffer of the batch's own. */
class Collector {
  readonly #source: RecordSource;
  readonly #maxBytes: number;
  readonly #bit: number;
  #bytes: Buffer | undefined;
  #used = 0;
  #kind = 0;
  #headerId = 0;
  #from = 0;
  readonly #ends: number[] = [];
  readonly #positions: number[] = [];
  readonly #nameIds: number[] = [];
  readonly #timesMs: number[] = [];

  constructor(source: RecordSource, maxBytes: number, bit: number) {
    this.#source = source;
    this.#maxBytes = maxBytes;
    this.#bit = bit;
  }

  take(record: RecordView): boolean {
    if (!isFor(record, this.#bit)) return true;
    const size = record.to - record.from;
    if (this.#bytes === undefined) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, this.#maxBytes));
      this.#kind = record.kind;
      this.#headerId = record.id;
      this.#from = record.position;
    } else if (record.kind !== this.#kind || record.id !== this.#headerId) return false;
    if (this.#ends.length > 0 && this.#used + size > this.#maxBytes) return false;
    record.bytes.copy(this.#bytes, this.#used, record.from, record.to);
    this.#used += size;
    this.#ends.push(this.#used);
    this.#positions.push(record.end);
    this.#nameIds.push(record.nameId);
    this.#timesMs.push(record.timeMs);
    return true;
  }

  batch(): Collected | undefined {
    if (this.#bytes === undefined) return undefined;
    return {
      signal: this.#kind === KIND.logs ? 'logs' : 'traces',
      header: this.#source.header(this.#headerId) ?? { resource: Buffer.alloc(0), scope: Buffer.alloc(0) },
      bytes: this.#bytes.subarray(0, this.#used),
      count: this.#ends.length,
      ends: this.#ends,
      positions: this.#positions,
      nameIds: this.#nameIds,
      names: this.#nameIds.map((id) => this.#source.name(id)),
      timesMs: this.#timesMs,
      from: this.#from,
      to: this.#positions.at(-1) ?? this.#from,
    };
  }
}
