import { BatchBuilder } from './batch-builder.ts';
import { type Found, InFlight, type Settled } from './in-flight.ts';
import { isFor, type RecordView } from './layout.ts';
import { ACKED, type Outcome, type Settlement } from './outcome.ts';
import type { Lookup } from './pending-batch.ts';
import { Runs } from './runs.ts';
import type { Visit } from './segment-reader.ts';
import type { SpoolBatch } from './spool-batch.ts';

export { fieldAt, type SpoolBatch } from './spool-batch.ts';

/** The log that a cursor walks over. */
export interface RecordSource extends Lookup {
  readonly end: number;
  /** How often a visit left out what is damaged or gone. */
  readonly skips: number;
  /**
   * Visits records from `position` on.
   * @param leaveOut - goes past what cannot be read now, instead of stopping there
   * @returns where it stopped, or the end
   */
  visit(position: number, visit: Visit, leaveOut?: boolean): number;
  sinkName(bit: number): string;
  /** A cursor has moved: to be kept, and segments may go. */
  moved(cursor: Cursor): void;
  /** The fate of records is known. */
  settled(settlement: Settlement): void;
}

const DEFAULT_BATCH_BYTES = 1024 * 1024;
const CORRUPT: Outcome = { column: 'dropped', reason: 'corrupt' };

/** How far one sink has come in one log. */
export class Cursor {
  readonly bit: number;
  readonly #source: RecordSource;
  #next: number;
  #inFlight: InFlight[] = [];
  #pending = 0;
  #pendingBytes = 0;
  readonly #byName: number[] = [];
  /** What becomes of records that are missing, once the rest can be read to say which. */
  #owed: Outcome | undefined;

  constructor(source: RecordSource, bit: number, position: number) {
    this.#source = source;
    this.bit = bit;
    this.#next = position;
  }

  /** The name of the sink. */
  get sink(): string {
    return this.#source.sinkName(this.bit);
  }

  /** Records that are not settled, those in flight included. */
  get pending(): number {
    return this.#pending;
  }

  /** Bytes of their fields. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Everything before it is settled. */
  get position(): number {
    if (this.#pending === 0) return this.#source.end;
    return this.#inFlight[0]?.position ?? this.#next;
  }

  /** Where the next read begins. */
  get next(): number {
    return this.#next;
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
   * Takes the next records that share a header and a signal: up to `maxBytes` of fields (a larger one comes
   * alone), up to `maxCount` of them and, of whole requests, up to `maxItems` in them. They stay pending until `ack`. What was rewound comes first, in the
   * batches it was in, whatever the limits.
   */
  read(
    maxBytes: number = DEFAULT_BATCH_BYTES,
    maxCount: number = Number.POSITIVE_INFINITY,
    maxItems: number = Number.POSITIVE_INFINITY,
  ): SpoolBatch | undefined {
    if (this.#pending === 0) return undefined;
    const rewound = this.#inFlight.find(({ isOut }) => !isOut);
    if (rewound !== undefined) return rewound.give();
    if (this.#owed !== undefined) this.#settleUnreadable(this.#owed);
    const limits = { maxBytes: Math.min(maxBytes, this.#pendingBytes), maxCount, maxItems };
    const builder = new BatchBuilder(limits, this.bit, this.#source);
    const isMissing = this.#goOn((record) => builder.take(record));
    const batch = builder.batch(this.#source);
    if (batch !== undefined) this.#inFlight.push(new InFlight(batch));
    if (isMissing) this.#settleUnreadable(CORRUPT);
    return batch ?? this.#settleMissing();
  }

  /**
   * Settles what was read, up to the position `to`. Any records in flight may be settled first: `from` says
   * where a range begins, so `ack(positions[i], positions[i - 1] ?? from)` settles one record of a batch.
   * What is settled already stays as it is.
   */
  ack(to: number, from = 0, outcome: Outcome = ACKED): void {
    const settlements: Settlement[] = [];
    for (const entry of this.#inFlight) {
      const settled = entry.settle(from, to);
      if (settled !== undefined) settlements.push(this.#settle(settled, outcome));
    }
    if (settlements.length === 0) return;
    this.#inFlight = this.#inFlight.filter(({ left }) => left > 0);
    this.#source.moved(this);
    for (const settlement of settlements) this.#source.settled(settlement);
  }

  /**
   * What was read and not settled will be read again, in the same order and in the same batches.
   * @param batch - only what was read as this one; default all
   */
  rewind(batch?: SpoolBatch): void {
    for (const entry of this.#inFlight) {
      if (batch === undefined || entry.isGivenAs(batch)) entry.isOut = false;
    }
  }

  /** Whether a segment of these positions holds something to be read, or in flight: that goes to the next process. */
  needs(base: number, end: number): boolean {
    if (this.#pending === 0) return false;
    return end > this.#next || this.#inFlight.some(({ from, to }) => from < end && to > base);
  }

  /** Gives up what lies from `position` on and is in nobody's hands: nobody will be able to read it. */
  dropFrom(position: number, reason: string): void {
    const outcome: Outcome = { column: 'dropped', reason };
    const settlements: Settlement[] = [];
    for (const entry of this.#inFlight) {
      const settled = entry.isOut ? undefined : entry.settle(position, Number.POSITIVE_INFINITY);
      if (settled !== undefined) settlements.push(this.#settle(settled, outcome));
    }
    this.#inFlight = this.#inFlight.filter(({ left }) => left > 0);
    const unread = new Visited();
    this.#source.visit(Math.max(this.#next, position), (record) => {
      if (isFor(record, this.bit)) unread.add(record);
      return true;
    });
    if (unread.nameIds.length > 0) settlements.push(this.#settle(unread, outcome));
    for (const settlement of settlements) this.#source.settled(settlement);
  }

  /**
   * Gives up records that were not read yet, from the oldest on, as long as `which` says so.
   * @param leaveOut - those too that cannot be read now
   * @returns how many; those not counted that could not be read
   */
  dropWhile(reason: string, which: (record: RecordView) => boolean, leaveOut = false): number {
    const unread = new Visited();
    const visit: Visit = (record) => {
      if (!which(record)) return false;
      if (isFor(record, this.bit)) unread.add(record);
      return true;
    };
    const isMissing = this.#goOn(visit, leaveOut);
    const count = unread.nameIds.length;
    if (count > 0) this.#source.settled(this.#settle(unread, { column: 'dropped', reason }));
    if (isMissing) this.#settleUnreadable(CORRUPT);
    return count;
  }

  /** Gives up what was not read yet and was appended before `oldestMs`. */
  expire(oldestMs: number): void {
    const isOld = (record: RecordView): boolean => record.timeMs < oldestMs || !isFor(record, this.bit);
    if (this.dropWhile('expired', isOld) > 0) this.#source.moved(this);
  }

  /**
   * The log before `position` is gone, and what of it was not read goes with it. What is in flight is in the
   * reader's hands.
   */
  lost(position: number, outcome: Outcome): void {
    if (this.#pending === 0 || this.#next >= position) return;
    this.#next = position;
    this.#settleUnreadable(outcome);
  }

  /** @returns whether something on the way was left out, which is settled then: it may be removed any time */
  #goOn(visit: Visit, leaveOut = false): boolean {
    const { skips } = this.#source;
    this.#next = this.#source.visit(this.#next, visit, leaveOut);
    return this.#source.skips > skips;
  }

  /** Nothing more can be read, yet not all is settled: what is missing was damaged. */
  #settleMissing(): undefined {
    if (this.#inFlight.length > 0 || this.#pending === 0 || this.#next < this.#source.end) return undefined;
    this.#settleUnreadable(CORRUPT);
    this.#source.moved(this);
    return undefined;
  }

  /** Settles what is neither in flight nor ahead, which nobody can read any more; later, if not all of that can be read now. */
  #settleUnreadable(outcome: Outcome): void {
    const missing = this.#byName.slice();
    let bytes = this.#pendingBytes;
    const isAll = this.#visitRest((nameId, size) => {
      missing[nameId] = (missing[nameId] ?? 0) - 1;
      bytes -= size;
    });
    this.#owed = isAll ? undefined : outcome;
    if (!isAll) return;
    this.#pendingBytes -= bytes;
    const names = new Map<string, number>();
    let total = 0;
    missing.forEach((count, nameId) => {
      if (count === 0) return;
      total += count;
      this.#byName[nameId] = (this.#byName[nameId] ?? 0) - count;
      add(names, this.#source.name(nameId), count);
    });
    this.#pending -= total;
    let rest: Set<number> | undefined;
    const remains = (position: number): boolean => {
      rest ??= this.#positionsOfRest();
      return rest.has(position);
    };
    if (total > 0)
      this.#source.settled({ sink: this.sink, outcome, count: total, names, positions: undefined, remains });
  }

  #positionsOfRest(): Set<number> {
    const positions = new Set<number>();
    this.#visitRest((_nameId, _size, position) => positions.add(position));
    return positions;
  }

  /** What is in flight, and what can be read. @returns whether that is all there is */
  #visitRest(found: Found): boolean {
    for (const entry of this.#inFlight) entry.visitLeft(found);
    const at = this.#source.visit(this.#next, (record) => {
      if (isFor(record, this.bit)) found(record.nameId, record.to - record.from, record.end);
      return true;
    });
    return at >= this.#source.end;
  }

  #settle({ positions, nameIds, bytes }: Settled, outcome: Outcome): Settlement {
    const names = new Map<string, number>();
    const count = nameIds.length;
    nameIds.forEach((nameId, some) => {
      this.#byName[nameId] = (this.#byName[nameId] ?? 0) - some;
      add(names, this.#source.name(nameId), some);
    });
    this.#pending -= count;
    this.#pendingBytes -= bytes;
    return { sink: this.sink, outcome, count, names, positions };
  }
}

/** Records that were visited, to be settled. */
class Visited implements Settled {
  readonly positions: number[] = [];
  readonly nameIds = new Runs();
  bytes = 0;

  add({ end, nameId, from, to }: RecordView): void {
    this.positions.push(end);
    this.nameIds.push(nameId);
    this.bytes += to - from;
  }
}

function add(names: Map<string, number>, name: string, count: number): void {
  names.set(name, (names.get(name) ?? 0) + count);
}
