import { OtelEventsError } from '../errors.ts';
import type { Signal } from '../otlp/batch.ts';
import { Adopter } from './adopter.ts';
import { type Block, BlockTail } from './block-tail.ts';
import { Bounds, lagStart } from './bounds.ts';
import { Cursor, type Drop, type RecordSource } from './cursor.ts';
import { Definitions, define, type Header, sizeOf } from './definitions.ts';
import type { Home } from './home.ts';
import { DATA_HEAD_BYTES, emptyView, FIRST_POSITION, MAX_SINKS, writeData } from './layout.ts';
import type { Leftover } from './leftover.ts';
import { currentOwner, type Owner } from './owner.ts';
import { RecordKind } from './record-kind.ts';
import { newSegment, type Segment } from './segment.ts';
import { SegmentReader, type Visit, visitBytes } from './segment-reader.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type Level, type ResolvedSpoolOptions, type SpoolOptions, withDefaults } from './spool-options.ts';

const BLOCK_BYTES = 1024 * 1024;
const MAX_RETRY_MS = 5_000;

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
  readonly #definitions = new Definitions();
  readonly #tail: BlockTail;
  readonly #cursors: Cursor[] = [];
  readonly #files: SegmentWriter | undefined;
  readonly #reader = new SegmentReader();
  readonly #view = emptyView();
  readonly #level: Level;
  readonly #heartbeat: NodeJS.Timeout | undefined;
  #segment: Segment;
  readonly #bounds: Bounds;
  #scheduled = false;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #homes = 0;
  readonly #adopter: Adopter | undefined;
  #waiters: { readonly position: number; readonly resolve: () => void }[] = [];

  constructor(options: SpoolOptions = {}) {
    const { directory, level = directory === undefined ? 'memory' : 'os', owner, ...rest } = options;
    this.#level = level;
    this.#options = withDefaults(level, rest);
    const { segmentBytes, maxBytes } = this.#options;
    this.#tail = new BlockTail(FIRST_POSITION, Math.min(BLOCK_BYTES, segmentBytes, maxBytes));
    this.#segment = newSegment(this.#tail.end);
    this.#owner = owner ?? currentOwner();
    this.#bounds = new Bounds({
      ...this.#options,
      cursors: this.#cursors,
      tail: this.#tail,
      unwritten: () => (this.#failures === 0 ? undefined : this.#files),
      isClosed: () => this.#closed,
      tidy: () => this.#tidy(),
    });
    const inFiles = directory !== undefined && level !== 'memory';
    if (inFiles) {
      this.#files = this.#openFiles(directory);
      const { now, onDropped } = this.#options;
      this.#adopter = new Adopter({ directory, owner: this.#owner, now, onDropped });
    }
    if (inFiles || Number.isFinite(this.#options.maxAgeMs)) {
      this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatMs).unref();
    }
    this.#attempt(() => this.#files?.settle());
  }

  get end(): number {
    return this.#tail.end;
  }

  /** The sub-directory of its own, if it has one at the moment. */
  get directory(): string | undefined {
    return this.#files?.home?.path;
  }

  /** How many sub-directories it has had beyond the first: each was gone or taken over. */
  get moves(): number {
    return Math.max(0, this.#homes - 1);
  }

  /** Whether records wait in memory because the directory cannot be written. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** The cursor of `sink`, made at the first call. @throws OtelEventsError `OPTION_INVALID` beyond 32 sinks */
  cursor(sink: string): Cursor {
    const known = this.#cursors.find((cursor) => cursor.sink === sink);
    if (known !== undefined) return known;
    const bit = this.#definitions.sinkBit(sink);
    if (bit === undefined)
      throw new OtelEventsError('OPTION_INVALID', `a spool serves ${MAX_SINKS} sinks at most`);
    const cursor = new Cursor(this, sink, bit, this.end);
    this.#cursors.push(cursor);
    return cursor;
  }

  /** Prepares appends of records of one name, header and choice of sinks. */
  kind(signal: Signal, header: Header, name: string, sinks: readonly string[]): RecordKind {
    const [headerId, nameId] = [this.#definitions.headerId(header), this.#definitions.nameId(name)];
    const cursors = [...new Set(sinks)].map((sink) => this.cursor(sink));
    return new RecordKind(signal, headerId, nameId, name, cursors);
  }

  /**
   * Copies one encoded field into the log.
   * @returns the position of the record, or -1 if no sink takes it
   */
  append(kind: RecordKind, field: Uint8Array): number {
    const size = DATA_HEAD_BYTES + field.length;
    let sinks = kind.sinks;
    if (this.#tail.end + size > this.#bounds.limit) sinks = this.#bounds.makeRoom(kind, size);
    if (sinks === 0) return -1;
    const block = this.#blockFor(kind, size);
    const position = block.start + block.used;
    writeData(block, kind, sinks, this.#options.now(), field);
    for (const cursor of kind.cursors) {
      if ((sinks >>> cursor.bit) & 1) cursor.added(position, kind.nameId, field.length);
    }
    if (!this.#scheduled) this.#schedule();
    return position;
  }

  /**
   * Takes over what dead owners left in the directory. To be called at the start and from time to time: an
   * owner of another pid namespace counts as dead only 30 s after its last heartbeat.
   * @returns what was taken now, the oldest first; each has cursors of its own
   */
  async adoptLeftovers(): Promise<Leftover[]> {
    const adopted = (await this.#adopter?.adopt(this.directory)) ?? [];
    for (const leftover of adopted) this.#reportDamage(leftover);
    return adopted.filter(({ isDone }) => !isDone);
  }

  /** Resolves when all that was appended before has reached its level, or was dropped and counted. */
  durable(): Promise<void> {
    const position = this.end;
    if (this.#files === undefined || this.#closed) return Promise.resolve();
    if (this.#files.written < position) this.#flush();
    if (this.#files.safe >= position) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ position, resolve }));
  }

  /** Writes, and at level `disk` syncs, all that is in memory, now; for the end of a process. */
  flushSync(): void {
    if (this.#files === undefined || this.#closed) return;
    this.#attempt(() => {
      this.#files?.flush();
      this.#files?.syncNow();
    });
    this.#afterFlush();
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
    this.#attempt(() => this.#files?.close(empty));
    clearTimeout(this.#retry);
    this.#resolveWaiters(Number.POSITIVE_INFINITY);
  }

  visit(from: number, visit: Visit): number {
    let position = from;
    while (position < this.end && !this.#closed) {
      const { stop, at } = this.#visitStretch(position, visit);
      if (at < stop) return at;
      position = stop;
    }
    return position;
  }

  header(id: number): Header | undefined {
    return this.#definitions.header(id);
  }

  name(id: number): string {
    return this.#definitions.name(id);
  }

  moved(cursor: Cursor): void {
    this.#bounds.moved(cursor);
    try {
      this.#files?.home?.cursors.write(cursor.bit, cursor.position);
    } catch {
      // After a crash the records are sent again; a later ack, or a new directory, brings the slot forward.
    }
    this.#tidy();
  }

  dropped(drop: Drop): void {
    this.#options.onDropped(drop);
  }

  #openFiles(directory: string): SegmentWriter {
    return new SegmentWriter({
      directory,
      owner: this.#owner,
      tail: this.#tail,
      sync: this.#level === 'disk',
      restartAt: (position) => this.#restartAt(position),
      onLost: (position, reason) => this.#lost(position, reason),
      onHome: (home) => this.#moveIn(home),
      onSynced: () => this.#afterFlush(),
      onSyncFailed: (error) => this.#fail(error),
      needed: () => this.#needed(),
    });
  }

  #blockFor(kind: RecordKind, size: number): Block {
    const end = this.#tail.end;
    if (end + size - this.#segment.base > this.#options.segmentBytes && end > this.#segment.base) {
      this.#segment = newSegment(end);
    }
    const defined = kind.definedIn === this.#segment;
    const missing = defined
      ? []
      : this.#definitions.missingIn(this.#segment, kind.headerId, kind.nameId, kind.sinks);
    const needed = size + (defined ? 0 : sizeOf(missing));
    let block = this.#tail.last;
    if (block === undefined || block.segment !== this.#segment || block.used + needed > block.bytes.length) {
      // A burst that fills a block does not wait for the end of the turn: memory stays bounded.
      if (block !== undefined && this.#failures === 0) this.#flush();
      block = this.#tail.add(this.#segment, needed);
    }
    if (!defined) define(block, this.#segment, missing);
    kind.definedIn = this.#segment;
    return block;
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#failures === 0 && !this.#closed) this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed) return;
    this.#attempt(() => this.#files?.flush());
    this.#afterFlush();
  }

  #afterFlush(): void {
    this.#resolveWaiters(this.#files?.safe ?? this.end);
    this.#tidy();
  }

  #resolveWaiters(position: number): void {
    if (this.#waiters.length === 0) return;
    const done = this.#waiters.filter((waiter) => waiter.position <= position);
    this.#waiters = this.#waiters.filter((waiter) => waiter.position > position);
    for (const { resolve } of done) resolve();
  }

  #attempt(action: () => void): void {
    try {
      action();
      this.#failures = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.#failures++;
    this.#files?.reopen();
    if (this.#failures === 1) {
      const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
      const fix = 'events wait in memory and are written when it works again';
      const details = { cause, fix, retry: {}, reason: 'spool_unwritable' };
      this.#options.onError(
        new OtelEventsError('EXPORT_FAILED', `could not write the spool: ${why}`, details),
      );
    }
    clearTimeout(this.#retry);
    const waitMs = Math.min(MAX_RETRY_MS, this.#options.retryMs * 2 ** (this.#failures - 1));
    this.#bounds.recheck();
    this.#retry = setTimeout(() => this.#flush(), waitMs).unref();
  }

  #beat(): void {
    if (this.#failures === 0) {
      this.#attempt(() => {
        this.#files?.check();
        this.#files?.settle().beat(this.#options.now());
      });
    }
    // Whoever had to move has records to write again.
    if (this.#failures === 0 && this.end > (this.#files?.written ?? this.end)) this.#flush();
    this.#adopter?.beat();
    this.#expire();
  }

  #reportDamage({ damage, directory }: Leftover): void {
    if (damage.stretches + damage.files === 0) return;
    const what = `${damage.stretches} damaged stretches (${damage.bytes} bytes), ${damage.files} unknown files`;
    const fix = 'they lie in the sub-directory quarantine; all other records are delivered';
    this.#options.onError(new OtelEventsError('SPOOL_CORRUPT', `${directory}: ${what}`, { fix }));
  }

  /** Drops what is older than `maxAgeMs`. */
  #expire(): void {
    const oldest = this.#options.now() - this.#options.maxAgeMs;
    if (oldest === Number.NEGATIVE_INFINITY) return;
    for (const cursor of this.#cursors) {
      cursor.dropWhile(
        'expired',
        ({ timeMs, sinks }) => timeMs < oldest || ((sinks >>> cursor.bit) & 1) === 0,
      );
      this.moved(cursor);
    }
  }

  #needed(): number {
    return Math.min(this.end, ...this.#cursors.map(({ position }) => position));
  }

  /** Lets go of files and memory that no sink needs. */
  #tidy(): void {
    this.#files?.removeWhere(({ base, end }) => !this.#cursors.some((cursor) => cursor.needs(base, end)));
    const unread = Math.min(this.end, ...this.#cursors.map(lagStart));
    const safe = this.#files?.safe ?? unread;
    const keep = this.#files === undefined ? Number.POSITIVE_INFINITY : this.#options.tailBytes;
    this.#tail.trim(safe, unread, keep);
  }

  #visitStretch(position: number, visit: Visit): { stop: number; at: number } {
    const block = this.#tail.find(position);
    if (block !== undefined) {
      const stop = block.start + block.used;
      return {
        stop,
        at: visitBytes(block.bytes, position - block.start, block.used, position, this.#view, visit),
      };
    }
    const inMemory = this.#tail.blocks[0]?.start ?? this.end;
    const segment = this.#files?.segments.find(({ end }) => end > position);
    const start = Math.max(position, segment?.base ?? inMemory);
    if (segment === undefined || start >= inMemory) return { stop: inMemory, at: inMemory };
    const stop = Math.min(segment.end, inMemory);
    return { stop, at: this.#reader.visit(segment, start, stop, visit) };
  }

  /** From `position` on the log goes into new files, with all definitions at their start. */
  #restartAt(position: number): void {
    const ahead = this.#tail.blocks.filter(({ start, used }) => start + used > position);
    // The last block is still being filled, even if all that it holds lies before `position`.
    const blocks = ahead.length > 0 ? ahead : this.#tail.blocks.slice(-1);
    const before = blocks[0]?.segment ?? this.#segment;
    const segment = newSegment(position, this.#definitions.prelude(position));
    for (const block of blocks) {
      if (block.segment === before) block.segment = segment;
      else block.segment.file = undefined;
    }
    if (this.#segment === before) this.#segment = segment;
    this.#reader.close();
  }

  #lost(position: number, reason: string): void {
    for (const cursor of this.#cursors) cursor.lost(position, reason);
    this.#bounds.recheck();
  }

  #moveIn(home: Home): void {
    this.#homes++;
    for (const { bit, position } of this.#cursors) home.cursors.write(bit, position);
  }
}
