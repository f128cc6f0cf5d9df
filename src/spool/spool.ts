import { OtelEventsError } from '../errors.ts';
import type { Signal } from '../otlp/wire/batch.ts';
import { clearInterval, setImmediate, setInterval } from '../time.ts';
import { Bounds, lagStart } from './bounds.ts';
import { absolute } from './disk/absolute.ts';
import { Cursor, type RecordSource } from './log/cursor.ts';
import type { Header } from './log/definitions.ts';
import { DATA_HEAD_BYTES, emptyView, MAX_SINKS, writeData } from './log/layout.ts';
import { LogEnd } from './log/log-end.ts';
import { HANDED_OVER, LOST, type Settlement } from './log/outcome.ts';
import { RecordKind } from './log/record-kind.ts';
import { SegmentReader, type Visit, visitBlock } from './log/segment-reader.ts';
import { Waiters } from './log/waiters.ts';
import { LossReports } from './loss-reports.ts';
import { Adopter } from './owner/adopter.ts';
import type { Leftover } from './owner/leftover.ts';
import { currentOwner, type Owner } from './owner/owner.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type ResolvedSpoolOptions, type SpoolOptions, withDefaults } from './spool-options.ts';
import { WriteOutage } from './write-outage.ts';

/**
 * An append-only log of encoded records, with a cursor for each sink. Appending copies into memory; once a
 * turn what came in is written to the current segment file with one system call.
 *
 * It never throws for what the file system does: what cannot be written waits in memory, is reported once,
 * and is written, in order, when that works again.
 */
export class Spool implements RecordSource {
  readonly #options: ResolvedSpoolOptions;
  readonly #owner: Owner;
  readonly #log: LogEnd;
  readonly #cursors: Cursor[] = [];
  readonly #files: SegmentWriter | undefined;
  readonly #reader = new SegmentReader({
    isAway: () => this.failing,
    onHeld: (file, cause) => this.#reports.held(file, cause),
  });
  readonly #view = emptyView();
  readonly #heartbeat: NodeJS.Timeout | undefined;
  readonly #bounds: Bounds;
  readonly #outage: WriteOutage;
  /** The end of the turn is awaited. */
  #scheduled = false;
  #turnMs = 0;
  /** A block filled up and was written in the middle of an append. */
  #filled = false;
  #released = false;
  /** A sink has settled more than is written: its place is kept again when that is. */
  #isAhead = false;
  #closed = false;
  readonly #adopter: Adopter | undefined;
  readonly #waiters = new Waiters();
  readonly #reports: LossReports;

  constructor(options: SpoolOptions = {}) {
    const { spool: directory, owner } = options;
    this.#options = withDefaults(options);
    const { durability, segmentBytes, maxBytes, holds, retryMs, onError } = this.#options;
    this.#log = new LogEnd(segmentBytes, maxBytes, holds, () => this.#blockFull());
    this.#owner = owner ?? currentOwner();
    this.#reports = new LossReports(onError);
    this.#outage = new WriteOutage({
      retryMs,
      directory: directory === undefined ? undefined : absolute(directory),
      onError,
      onFailure: () => this.#failed(),
      retry: () => this.#flush(),
    });
    this.#bounds = new Bounds({
      ...this.#options,
      cursors: this.#cursors,
      tail: this.#log.tail,
      unwritten: () => (this.#outage.isWaiting ? this.#files : undefined),
      isClosed: () => this.#closed,
      tidy: () => this.#tidy(),
      keep: (cursor) => this.#keep(cursor),
    });
    const inFiles = directory !== undefined && durability !== 'memory';
    if (inFiles) {
      const place = absolute(directory);
      this.#files = this.#openFiles(place);
      const onSettled = (source: RecordSource, settlement: Settlement): void => {
        this.#options.onSettled(source, settlement);
        this.#reports.settled(settlement);
      };
      const calls = { onSettled, onHeld: this.#reports.held, onUnreadable: this.#reports.unreadable };
      this.#adopter = new Adopter({ ...this.#options, ...calls, directory: place, owner: this.#owner });
    }
    if (inFiles || Number.isFinite(this.#options.maxAgeMs)) {
      this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatMs).unref();
    }
    this.#outage.attempt(() => this.#files?.settle());
  }

  get end(): number {
    return this.#log.tail.end;
  }

  /** The sub-directory of its own, if it has one at the moment. */
  get directory(): string | undefined {
    return this.#files?.home?.path;
  }

  /** Whether records wait in memory because the directory cannot be written. */
  get failing(): boolean {
    return this.#outage.isOn;
  }

  /** Whether `close` was called: nothing is taken any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The cursor of `sink`, made at the first call. @throws OtelEventsError `OPTION_INVALID` beyond 32 sinks */
  cursor(sink: string): Cursor {
    const known = this.#cursors.find((cursor) => cursor.sink === sink);
    if (known !== undefined) return known;
    const bit = this.#log.definitions.sinkBit(sink);
    if (bit === undefined)
      throw new OtelEventsError('OPTION_INVALID', `a spool serves ${MAX_SINKS} sinks at most`);
    const cursor = new Cursor(this, bit, this.end);
    this.#cursors.push(cursor);
    return cursor;
  }

  /** Prepares appends of records of one name, header and choice of sinks. */
  kind(signal: Signal, header: Header, name: string, sinks: readonly string[]): RecordKind {
    const [headerId, nameId] = [this.#log.definitions.headerId(header), this.#log.definitions.nameId(name)];
    const cursors = [...new Set(sinks)].map((sink) => this.cursor(sink));
    return new RecordKind(signal, headerId, nameId, name, cursors);
  }

  /**
   * Copies one encoded field into the log; the position after it is then `end`.
   * @returns the mask of the sinks that take it, 0 if none does: their bounds are reached, or it is closed
   */
  append(kind: RecordKind, field: Uint8Array): number {
    const size = DATA_HEAD_BYTES + field.length;
    let mask = kind.mask;
    if (this.#log.tail.end + size > this.#bounds.limit) mask = this.#bounds.makeRoom(kind, size);
    if (mask === 0) return 0;
    // One look at the clock a turn: it is for the age of records, and costs as much as the copy. Never back: what
    // came in while a clock was wrong would look too old once it is right again.
    if (!this.#scheduled) this.#turnMs = Math.max(this.#turnMs, this.#options.now());
    const block = this.#log.blockFor(kind, size);
    const position = block.start + block.used;
    writeData(block, kind, mask, this.#turnMs, field, this.#files !== undefined);
    for (const cursor of kind.cursors) {
      if ((mask >>> cursor.bit) & 1) cursor.added(position, kind.nameId, field.length);
    }
    if (!this.#scheduled || this.#filled) this.#afterAppend();
    return mask;
  }

  /**
   * Takes over what dead owners left in the directory. To be called at the start and from time to time: an
   * owner of another pid namespace counts as dead only 30 s after its last heartbeat.
   * @returns what was taken now, the oldest first; each has cursors of its own
   */
  async adoptLeftovers(): Promise<Leftover[]> {
    const adopted = (await this.#adopter?.adopt(this.directory)) ?? [];
    for (const leftover of adopted) this.#reports.damaged(leftover);
    if (adopted.length > 0) this.#expire();
    return adopted.filter(({ isDone }) => !isDone);
  }

  /** Resolves when all that was appended before is as safe as `durability` says, or was dropped and counted. */
  durable(): Promise<void> {
    const position = this.end;
    if (this.#files === undefined || this.#closed) return Promise.resolve();
    if (this.#files.safe < position) this.#flush(true);
    if (this.#files.safe >= position) return Promise.resolve();
    return this.#waiters.until(position);
  }

  /** Writes, and with durability `disk` syncs, all that is in memory, now; for the end of a process. */
  flushSync(): void {
    const files = this.#files;
    if (files === undefined || this.#closed) return;
    const write = (): void => {
      files.flush(true);
      files.syncNow();
    };
    this.#outage.attempt(() => {
      try {
        write();
      } catch {
        // At once, since there may be no later: a sync that failed goes into a new file.
        write();
      }
    });
    this.#afterFlush();
  }

  /** From now on nothing of it keeps the process: whoever appends then calls `flushSync`. */
  release(): void {
    this.#released = true;
  }

  /** Writes what is in memory and lets go of the directory. What is pending stays in it for the next process. */
  close(): void {
    if (this.#closed) return;
    this.flushSync();
    const kept = this.#files?.written ?? 0;
    for (const cursor of this.#cursors) cursor.dropFrom(kept, 'closed');
    this.#closed = true;
    this.#bounds.recheck();
    clearInterval(this.#heartbeat);
    this.#reader.close();
    this.#adopter?.close();
    const empty = this.#cursors.every(({ pending }) => pending === 0);
    this.#outage.attempt(() => this.#files?.close(empty));
    this.#outage.close();
    this.#waiters.reached(Number.POSITIVE_INFINITY);
  }

  get skips(): number {
    return this.#reader.skips;
  }

  visit(from: number, visit: Visit, leaveOut = false): number {
    let position = from;
    while (position < this.end && !this.#closed) {
      const { stop, at } = this.#visitStretch(position, visit, leaveOut);
      if (at < stop) return at;
      position = stop;
    }
    return position;
  }

  header(id: number): Header | undefined {
    return this.#log.definitions.header(id);
  }

  name(id: number): string {
    return this.#log.definitions.name(id);
  }

  sinkName(bit: number): string {
    return this.#log.definitions.sinks[bit] ?? '';
  }

  moved(cursor: Cursor): void {
    this.#bounds.moved(cursor);
    // Its records are written before its place: a crash between the two repeats the batch that moved it, no other.
    if (cursor.position > (this.#files?.written ?? cursor.position) && !this.#outage.isWaiting) this.#flush();
    this.#keep(cursor);
    this.#tidy();
  }

  settled(settlement: Settlement): void {
    this.#options.onSettled(this, settlement);
    this.#reports.settled(settlement);
  }

  #openFiles(directory: string): SegmentWriter {
    return new SegmentWriter({
      directory,
      owner: this.#owner,
      tail: this.#log.tail,
      sync: this.#options.durability === 'disk',
      holds: this.#options.holds,
      restartAt: (position, isTaken) => {
        this.#log.restartAt(position, isTaken);
        this.#reader.close();
      },
      onLost: (position, reason) => this.#lost(position, reason),
      onHome: () => this.#keepAll(),
      onSynced: () => {
        this.#outage.synced();
        this.#afterFlush();
      },
      onSyncFailed: (error) => this.#outage.fail(error, true),
      needed: () => this.#needed(),
    });
  }

  /** A burst that fills a block does not wait for the end of the turn: memory stays bounded. */
  #blockFull(): void {
    if (!this.#outage.isWaiting) this.#flush();
    this.#filled = true;
  }

  #afterAppend(): void {
    if (this.#filled) {
      this.#filled = false;
      this.#options.onTurn();
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    const end = setImmediate(this.#endTurn);
    if (this.#released) end.unref();
  }

  readonly #endTurn = (): void => {
    this.#scheduled = false;
    if (!this.#outage.isWaiting) this.#flush();
    if (!this.#closed) this.#options.onTurn();
  };

  #flush(now = !this.#waiters.areNone): void {
    if (this.#closed) return;
    this.#outage.attempt(() => this.#files?.flush(now));
    this.#afterFlush();
  }

  #afterFlush(): void {
    if (this.#isAhead) this.#keepAll();
    this.#waiters.reached(this.#files?.safe ?? this.end);
    this.#tidy();
  }

  #failed(): void {
    this.#files?.reopen();
    this.#bounds.recheck();
  }

  #beat(): void {
    if (!this.#outage.isWaiting) {
      this.#outage.attempt(() => {
        this.#files?.check();
        this.#files?.settle().beat(this.#options.now());
      });
    }
    // Whoever had to move has records to write again.
    if (!this.#outage.isWaiting && this.end > (this.#files?.written ?? this.end)) this.#flush();
    this.#adopter?.beat();
    this.#expire();
  }

  /** Drops what is older than `maxAgeMs`. */
  #expire(): void {
    if (!Number.isFinite(this.#options.maxAgeMs)) return;
    const oldestMs = this.#options.now() - this.#options.maxAgeMs;
    for (const cursor of this.#cursors) cursor.expire(oldestMs);
    this.#adopter?.expire(oldestMs);
  }

  /** Keeps how far a sink has come, in what is written: after a crash nobody would believe any other place. */
  #keep({ bit, position }: Cursor): void {
    const written = this.#files?.written ?? position;
    this.#isAhead ||= position > written;
    try {
      this.#files?.home?.cursors.write(bit, Math.min(position, written));
    } catch {
      // After a crash the records are sent again; a later ack, or a new directory, brings the slot forward.
    }
  }

  #keepAll(): void {
    this.#isAhead = false;
    for (const cursor of this.#cursors) this.#keep(cursor);
  }

  #needed(): number {
    return Math.min(this.end, ...this.#cursors.map(({ position }) => position));
  }

  /** Lets go of files and memory that no sink needs. */
  #tidy(): void {
    this.#files?.removeWhere(({ base, end }) => !this.#cursors.some((cursor) => cursor.needs(base, end)));
    let unread = this.end;
    for (const cursor of this.#cursors) unread = Math.min(unread, lagStart(cursor));
    const safe = this.#files?.safe ?? unread;
    const keep = this.#files === undefined ? Number.POSITIVE_INFINITY : this.#options.tailBytes;
    this.#log.tail.trim(safe, unread, keep);
  }

  #visitStretch(position: number, visit: Visit, leaveOut: boolean): { stop: number; at: number } {
    const block = this.#log.tail.find(position);
    if (block !== undefined) {
      const at = visitBlock(block, position, this.#view, visit);
      return { stop: block.start + block.used, at };
    }
    const inMemory = this.#log.tail.blocks[0]?.start ?? this.end;
    const segment = this.#files?.segments.find(({ end }) => end > position);
    const start = Math.max(position, segment?.base ?? inMemory);
    if (segment === undefined || start >= inMemory) return { stop: inMemory, at: inMemory };
    const stop = Math.min(segment.end, inMemory);
    return { stop, at: this.#reader.visit(segment, start, stop, visit, leaveOut) };
  }

  #lost(position: number, reason: 'taken_over' | 'spool_lost'): void {
    for (const cursor of this.#cursors) cursor.lost(position, reason === 'taken_over' ? HANDED_OVER : LOST);
    this.#bounds.recheck();
  }
}
