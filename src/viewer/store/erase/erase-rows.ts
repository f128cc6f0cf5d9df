import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../../make-directory.ts';
import type { OtlpRequest } from '../../../otlp/wire/otlp-request.ts';
import { syncToDisk } from '../../../sync-to-disk.ts';
import { toBuffer } from '../../../to-buffer.ts';
import { type Chunk, readChunk, type StoredRecord } from '../file/chunk.ts';
import { EventFile } from '../file/event-file.ts';
import { FileLock } from '../file/file-lock.ts';
import { storeFiles } from '../file/store-files.ts';
import { recordRequest } from '../record/record-request.ts';
import { LedgerCounts } from '../write/ledger-counts.ts';
import { OpenBlock } from '../write/open-block.ts';
import { removeFile } from '../write/remove-file.ts';
import { SeenKeys } from '../write/seen-keys.ts';

/** Which records go. */
export interface RowsToErase {
  /** Whether bytes of protobuf may hold one: the others are not looked at more closely. */
  mayBeIn(bytes: Buffer): boolean;
  /** @param request - one record with all around it */
  has(request: OtlpRequest): boolean;
}

export interface EraseRowsOptions {
  /** Only counted. */
  readonly dryRun: boolean;
}

export interface ErasedRows {
  readonly found: number;
  /** Somebody writes the store: they were only counted. */
  readonly isInUse: boolean;
  /** Files that could not be read or written anew, with the reason: they are as they were. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/** Files that are written anew, before they are put in the places of the old ones. */
const NEXT = 'erasing';

const LOCK_WAIT_MS = 1_000;

/**
 * Takes records out of a store that nobody writes. A file that holds some is written anew, with its columns, words and index, and
 * put in the place of the old one: a crash leaves the one or the other. Rows behind those that went get other numbers.
 * @throws what the file system throws
 */
export function eraseRows(directory: string, rows: RowsToErase, { dryRun }: EraseRowsOptions): ErasedRows {
  const lock = FileLock.take(path.join(directory, 'writer.lock'), LOCK_WAIT_MS);
  // What somebody writes can be read all the same.
  const isCounted = dryRun || lock === undefined;
  const next = path.join(directory, NEXT);
  try {
    // What a run that was killed has left.
    if (!isCounted) rmSync(next, { recursive: true, force: true });
    let found = 0;
    const damaged: { readonly file: string; readonly reason: string }[] = [];
    for (const file of storeFiles(directory)) {
      try {
        found += eraseIn(file, next, rows, isCounted);
      } catch (error) {
        damaged.push({ file, reason: (error as Error).message });
      }
    }
    return { found, isInUse: lock === undefined, damaged };
  } finally {
    if (!isCounted) rmSync(next, { recursive: true, force: true });
    lock?.release();
  }
}

function eraseIn(file: string, next: string, rows: RowsToErase, isCounted: boolean): number {
  const old = EventFile.open(file, isCounted ? 'read' : 'full');
  let written: string | undefined;
  try {
    const gone = findRows(old, rows);
    if (isCounted || gone.size === 0) return gone.size;
    makeDirectory(next, 0o700);
    written = writeWithout(old, next, gone);
    // So that nothing of it is left beside it when it is replaced.
    old.db.exec('pragma wal_checkpoint(truncate)');
    return gone.size;
  } finally {
    old.close();
    if (written !== undefined) replace(file, written);
  }
}

interface ChunkRow {
  readonly seq: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

function* chunksOf(file: EventFile): Generator<ChunkRow & Chunk> {
  const first = file.prepare('select seq, at, bytes from chunk where seq > ? order by seq limit 1');
  let seq = -1;
  for (let row = first.get(seq); row !== undefined; row = first.get(seq)) {
    const chunk = row as unknown as ChunkRow;
    seq = chunk.seq;
    const { bytes, records } = readChunk(chunk.bytes);
    yield { ...chunk, bytes, records };
  }
}

/** The resources and scopes of a file, by their numbers. */
class Surrounding {
  readonly #file: EventFile;
  readonly #known = new Map<string, Uint8Array>();

  constructor(file: EventFile) {
    this.#file = file;
  }

  of({ resource, scope }: StoredRecord): { readonly resource: Uint8Array; readonly scope: Uint8Array } {
    return { resource: this.#bytesOf('resource', resource), scope: this.#bytesOf('scope', scope) };
  }

  #bytesOf(table: 'resource' | 'scope', id: number): Uint8Array {
    const key = `${table} ${id}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const bytes = this.#file.prepare(`select bytes from ${table} where id = ?`).get(id)?.bytes as Uint8Array;
    this.#known.set(key, bytes);
    return bytes;
  }
}

/** The numbers of the rows that go. */
function findRows(file: EventFile, rows: RowsToErase): ReadonlySet<number> {
  const gone = new Set<number>();
  const surrounding = new Surrounding(file);
  for (const { seq, bytes, records } of chunksOf(file)) {
    for (const [place, record] of records.entries()) {
      const around = surrounding.of(record);
      const parts = [bytes.subarray(record.start, record.end), around.resource, around.scope];
      if (!parts.some((part) => rows.mayBeIn(toBuffer(part)))) continue;
      if (rows.has(recordRequest(record.isSpan, around, parts[0] as Uint8Array))) gone.add(seq + place);
    }
  }
  return gone;
}

/** @returns the path of the new file */
function writeWithout(old: EventFile, directory: string, gone: ReadonlySet<number>): string {
  const { first, layout, counts } = old;
  const file = EventFile.create({ directory, first, synchronous: 'full', ...layout, counts });
  try {
    // Rows of other files are no concern: what is here was no repetition when it came.
    const block = new OpenBlock(file, layout.blockRows, new SeenKeys(), new LedgerCounts());
    const surrounding = new Surrounding(old);
    file.transaction(() => {
      for (const { seq, at, bytes, records } of chunksOf(old)) {
        for (const [place, record] of records.entries()) {
          if (gone.has(seq + place)) continue;
          const bytesOfRecord = bytes.subarray(record.start, record.end);
          const request = recordRequest(record.isSpan, surrounding.of(record), bytesOfRecord);
          block.add(record.isSpan ? 'traces' : 'logs', request.protobuf(), at);
        }
        block.flush();
      }
      block.seal();
      copyOthers(old, file);
      // It gets no more rows, and no number is given twice.
      file.setMeta('next', old.end());
    });
    file.db.exec('pragma wal_checkpoint(truncate)');
    return file.path;
  } finally {
    file.close();
  }
}

/** What rows are made of, and is written anew with them. `words` has tables of its own. */
const OF_ROWS = /^(?:chunk|block|place|col|resource|scope|words.*|sqlite_.*)$/;

/** All else stays as it is: settings, and what was emitted, received and lost, which names events and services only. */
function copyOthers(old: EventFile, file: EventFile): void {
  const tables = file.prepare("select name from sqlite_master where type = 'table'").all();
  for (const { name } of tables) {
    const table = String(name);
    if (OF_ROWS.test(table)) continue;
    for (const row of old.prepare(`select * from ${table}`).all()) {
      const values = Object.values(row) as (string | number)[];
      file
        .prepare(`insert or replace into ${table} values(${values.map(() => '?').join(', ')})`)
        .run(...values);
    }
  }
}

function replace(file: string, next: string): void {
  syncToDisk(next);
  // The last connection of the old one has taken its log away; of another one nothing may be read into the new file.
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) rmSync(file + suffix);
  renameSync(next, file);
  syncToDisk(path.dirname(file));
  removeFile(next);
}
