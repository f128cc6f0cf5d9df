import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../../errors.ts';
import { makeDirectory } from '../../../make-directory.ts';
import type { EmittedReport } from '../../../otlp/emitted/emitted-report.ts';
import type { Signal } from '../../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../../otlp/wire/otlp-request.ts';
import { wallClockMs } from '../../../time.ts';
import type { Cleared } from '../event-store.ts';
import { type Counts, EventFile, type Layout, NO_COUNTS, type Synchronous } from '../file/event-file.ts';
import { FileLock } from '../file/file-lock.ts';
import { bytesOfFile, storeFiles } from '../file/store-files.ts';
import type { Caps } from './caps.ts';
import { clearLedger, endOfLedger } from './end-of-ledger.ts';
import { isRotationDue } from './is-rotation-due.ts';
import { LedgerCounts } from './ledger-counts.ts';
import { OpenBlock, type Stored } from './open-block.ts';
import { removeFile } from './remove-file.ts';
import { SeenKeys } from './seen-keys.ts';
import { unwritable } from './store-error.ts';
import { writeReport } from './write-report.ts';

export interface WriterOptions extends Layout, Caps {
  readonly directory: string;
  readonly synchronous: Synchronous;
}

/** A request on its way to the writer. */
export interface WireRequest {
  readonly signal: Signal;
  readonly encoding: 'protobuf' | 'json';
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** What a logger says that it has emitted, on its way to the writer. */
export type WireReport = Pick<WireRequest, 'bytes' | 'count'> & { readonly report: EmittedReport };

/** A file that gets no more rows. */
interface SealedFile {
  readonly file: EventFile;
  readonly hiMs: number;
  /** When it was ended, by the clock of this machine. */
  readonly endedMs: number;
  readonly rows: number;
}

/** For a writer that is just ending. */
const LOCK_WAIT_MS = 1_000;

/** Two writers would give the same numbers to different rows. @throws OtelEventsError `STORE_IN_USE` */
function takeLock(directory: string): FileLock {
  const lock = FileLock.take(path.join(directory, 'writer.lock'), LOCK_WAIT_MS);
  if (lock !== undefined) return lock;
  const message = `another process, or part of this one, writes the store in ${directory}`;
  const fix = 'end it, ask the viewer that runs instead (--url), or use another directory';
  throw new OtelEventsError('STORE_IN_USE', message, { fix });
}

/** Writes a store. There is one writer of a directory; readers may be several. */
export class StoreWriter {
  /** Grows when a file comes or goes. */
  filesVersion = 0;
  /** Of the store: the same as long as its files are there. */
  readonly id: string;
  readonly #options: WriterOptions;
  readonly #layout: Layout;
  readonly #lock: FileLock;
  readonly #sealed: SealedFile[] = [];
  readonly #keys = new SeenKeys();
  readonly #ledger = new LedgerCounts();
  #open: OpenBlock;
  #openedMs = wallClockMs();
  #counts = NO_COUNTS;
  #isBehind = false;

  /**
   * @throws OtelEventsError `STORE_VERSION` of a store of a newer version, `STORE_IN_USE` of one that has a writer,
   * `STORE_UNWRITABLE` of a directory that cannot be written
   */
  constructor(options: WriterOptions) {
    this.#options = options;
    try {
      makeDirectory(options.directory, 0o700);
      this.#lock = takeLock(options.directory);
    } catch (error) {
      throw unwritable(options.directory, error);
    }
    try {
      this.#openAll();
      const newest = this.#sealed.at(-1);
      this.#layout = newest?.file.layout ?? { blockRows: options.blockRows, fileRows: options.fileRows };
      this.#counts = newest?.file.counts ?? this.#counts;
      this.id = String(newest?.file.meta('store') ?? randomUUID());
      this.#open = this.#reopen();
      this.#open.file.setMeta('store', this.id);
      this.#removeGone();
    } catch (error) {
      this.#lock.release();
      throw unwritable(options.directory, error);
    }
  }

  /** The number that the next row gets. */
  get next(): number {
    return this.#open.next;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Keeps requests in one transaction: all of them, or nothing of any. @throws OtelEventsError `STORE_UNWRITABLE`, with `retry` */
  ingest(requests: readonly (WireRequest | WireReport)[]): Stored[] {
    const count = requests.reduce((sum, request) => sum + rowsOf(request), 0);
    try {
      checkIsThere(this.#open.file.path);
      if (this.#isBehind) this.#recover();
      if (this.#isFull(count)) this.#rotate();
      const { file } = this.#open;
      const points = this.#counts.metricPoints;
      const stored = file.transaction(() => {
        const all = requests.map((request) => this.#add(request));
        this.#open.flush();
        this.#ledger.write(file);
        if (this.#counts.metricPoints !== points) file.setMeta('metricPoints', this.#counts.metricPoints);
        return all;
      });
      this.#ledger.clear();
      return stored;
    } catch (error) {
      this.#isBehind = true;
      this.#ledger.clear();
      this.#ledger.forgetNumbers();
      this.#recoverIfPossible();
      throw unwritable(this.#options.directory, error);
    }
  }

  /** Removes files beyond the caps, but the one that is being filled. @returns whether there were any */
  removeOld(): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY } = this.#options;
    const nowMs = wallClockMs();
    // An event of the future would keep its file, and all behind it: then the time counts at which the file was ended.
    const newestOf = ({ hiMs, endedMs }: SealedFile): number => (hiMs > nowMs ? endedMs : hiMs);
    let bytes = storeFiles(this.#options.directory).reduce((sum, file) => sum + bytesOfFile(file), 0);
    let hasRemoved = false;
    for (const sealed of [...this.#sealed]) {
      if (bytes <= maxBytes && newestOf(sealed) >= nowMs - maxAgeMs) break;
      bytes -= bytesOfFile(sealed.file.path);
      this.#remove(sealed);
      hasRemoved = true;
    }
    return hasRemoved;
  }

  /**
   * Removes all rows and what the ledger has counted, files that cannot be read too: what comes next begins a file.
   * @throws OtelEventsError `STORE_UNWRITABLE`, with `retry`
   */
  clear(): Cleared {
    try {
      if (this.#isBehind) this.#recover();
      const paths = storeFiles(this.#options.directory);
      const clearedBytes = paths.reduce((sum, file) => sum + bytesOfFile(file), 0);
      const files = [this.#open.file, ...this.#sealed.map(({ file }) => file)];
      const clearedMs = wallClockMs();
      const ledgerFrom = endOfLedger(files, clearedMs);
      if (this.#open.rows > 0) this.#rotate();
      const clearedRows = this.#sealed.reduce((sum, { rows }) => sum + rows, 0);
      const removedBelow = this.#open.file.first;
      const counts = { removedBelow, ledgerFrom, clearedMs, clearedRows, clearedBytes };
      // Counted first, as where files go by size or age.
      this.#open.file.transaction(() => {
        clearLedger(this.#open.file);
        this.#open.file.setCounts(counts);
      });
      this.#ledger.forgetNumbers();
      this.#counts = { ...this.#counts, ...counts };
      this.#removeGone();
      this.filesVersion++;
      return { atMs: clearedMs, rows: clearedRows, bytes: clearedBytes };
    } catch (error) {
      this.#isBehind = true;
      this.#recoverIfPossible();
      throw unwritable(this.#options.directory, error);
    }
  }

  close(): void {
    for (const { file } of this.#sealed) file.close();
    this.#open.file.close();
    this.#lock.release();
  }

  #add(request: WireRequest | WireReport): Stored {
    if ('report' in request) {
      const earlier = this.#sealed.map(({ file }) => file);
      writeReport(this.#open.file, earlier, request.report, this.#ledger, wallClockMs());
      return { stored: 0, repeated: 0 };
    }
    const { signal, encoding, bytes, count } = request;
    if (signal === 'metrics') {
      this.#counts = { ...this.#counts, metricPoints: this.#counts.metricPoints + count };
      return { stored: 0, repeated: 0 };
    }
    const isProtobuf = encoding === 'protobuf';
    return this.#open.add(
      signal,
      isProtobuf ? bytes : OtlpRequest.of({ signal, encoding, bytes, count }).protobuf(),
    );
  }

  /** All files that can be read; one that cannot is passed over, and readers say so. */
  #openAll(): void {
    for (const file of storeFiles(this.#options.directory)) {
      try {
        this.#addSealed(EventFile.open(file, this.#options.synchronous));
      } catch (error) {
        if ((error as { code?: unknown }).code === 'STORE_VERSION') throw error;
        if (isUnmade(error)) this.#addSealed(this.#complete(file));
      }
    }
  }

  /** A crash came while the file was made: nothing is in it. */
  #complete(file: string): EventFile {
    const { directory, synchronous, blockRows, fileRows } = this.#options;
    const before = this.#sealed.at(-1)?.file;
    const layout = before?.layout ?? { blockRows, fileRows };
    return EventFile.create({
      directory,
      first: firstOfPath(file),
      synchronous,
      ...layout,
      counts: before?.counts,
    });
  }

  #addSealed(file: EventFile): void {
    const last = file.prepare('select max(hi) as hi, sum(n) as n from block').get();
    const blocks = file.prepare('select id, first, key_lo as keyLoMs, key_hi as keyHiMs from block');
    for (const block of blocks.all()) {
      if (block.keyLoMs === null) continue;
      this.#keys.sealed({
        file,
        ...(block as { id: number; first: number; keyLoMs: number; keyHiMs: number }),
      });
    }
    this.#sealed.push({
      file,
      hiMs: Number(last?.hi ?? Number.NEGATIVE_INFINITY),
      endedMs: Number(file.meta('endedMs') ?? Number.POSITIVE_INFINITY),
      rows: Number(last?.n ?? 0),
    });
  }

  /** Goes on with the newest file, or begins one behind all that are there. */
  #reopen(): OpenBlock {
    const { directory } = this.#options;
    const newest = this.#sealed.at(-1);
    const last = storeFiles(directory).at(-1);
    if (newest !== undefined && newest.file.path === last && newest.file.meta('next') === undefined) {
      this.#sealed.pop();
      return new OpenBlock(newest.file, this.#layout.blockRows, this.#keys, this.#ledger);
    }
    // Behind a file that cannot be read no number may be given twice: it may hold more rows than files do as a rule.
    const damagedEnd = last === undefined ? 0 : firstOfPath(last) + 16 * this.#layout.fileRows;
    const isWhole = newest !== undefined && newest.file.path === last;
    return this.#create(isWhole ? newest.file.end() : damagedEnd);
  }

  #create(first: number): OpenBlock {
    const { directory, synchronous } = this.#options;
    const file = EventFile.create({ directory, first, synchronous, ...this.#layout, counts: this.#counts });
    file.setMeta('store', this.id);
    this.filesVersion++;
    this.#openedMs = wallClockMs();
    return new OpenBlock(file, this.#layout.blockRows, this.#keys, this.#ledger);
  }

  #isFull(count: number): boolean {
    const { rows, file } = this.#open;
    if (rows === 0) return false;
    if (rows + count > this.#layout.fileRows) return true;
    return isRotationDue(this.#options, file.path, this.#openedMs);
  }

  /** Ends the file and begins the next one. */
  #rotate(): void {
    const { file } = this.#open;
    const endedMs = wallClockMs();
    file.transaction(() => {
      this.#open.seal();
      file.setMeta('next', this.#open.next);
      file.setMeta('endedMs', endedMs);
    });
    const { next } = this.#open;
    file.endWriting();
    const made = this.#create(next);
    const hi = file.prepare('select max(hi) as hi, sum(n) as n from block').get();
    this.#sealed.push({ file, hiMs: Number(hi?.hi), endedMs, rows: Number(hi?.n) });
    this.#open = made;
  }

  #recoverIfPossible(): void {
    try {
      this.#recover();
    } catch {
      // The next request tries again, and is told when it fails.
    }
  }

  #recover(): void {
    this.#counts = this.#open.file.counts;
    if (this.#open.file.meta('next') !== undefined) this.#open = this.#afterRotation();
    else this.#open.recover();
    this.#isBehind = false;
  }

  /** A file was ended, and the next one could not be made. */
  #afterRotation(): OpenBlock {
    const { file } = this.#open;
    const made = this.#create(file.end());
    this.#keys.drop(file);
    this.#addSealed(file);
    return made;
  }

  #remove(sealed: SealedFile): void {
    const { file } = this.#open;
    const end = sealed.file.end();
    // Of an event of the future the time says nothing of the others.
    const goneMinute = Math.floor(Math.min(sealed.hiMs, wallClockMs()) / 60_000);
    const counts = {
      ...this.#counts,
      removed: this.#counts.removed + sealed.rows,
      removedBelow: end,
      ledgerFrom: Math.max(this.#counts.ledgerFrom, goneMinute + 1),
    };
    // Counted first: what a crash leaves of the file is removed at the next start.
    file.transaction(() => file.setCounts(counts));
    this.#counts = counts;
    this.#letGo(sealed);
    removeFile(sealed.file.path);
    this.filesVersion++;
  }

  /** Removes the files whose rows are counted as gone; also what a crash has left of these, and what cannot be read. */
  #removeGone(): void {
    for (const sealed of [...this.#sealed])
      if (sealed.file.first < this.#counts.removedBelow) this.#letGo(sealed);
    for (const file of storeFiles(this.#options.directory))
      if (firstOfPath(file) < this.#counts.removedBelow) removeFile(file);
  }

  #letGo(sealed: SealedFile): void {
    this.#sealed.splice(this.#sealed.indexOf(sealed), 1);
    this.#keys.drop(sealed.file);
    sealed.file.close();
  }
}

/** A file that was deleted takes rows until it is closed, and nobody would find them again. */
function checkIsThere(file: string): void {
  if (existsSync(file)) return;
  const message = `${file} was deleted, nothing is stored any more`;
  throw new OtelEventsError('STORE_UNWRITABLE', message, { retry: {}, fix: 'start the viewer again' });
}

function rowsOf(request: WireRequest | WireReport): number {
  return 'report' in request || request.signal === 'metrics' ? 0 : request.count;
}

function firstOfPath(file: string): number {
  return Number(/\d+/.exec(path.basename(file))?.[0]);
}

function isUnmade(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no such table: meta');
}
