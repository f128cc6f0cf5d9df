import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import { withoutFix } from '../../without-fix.ts';
import type { EventStore } from '../store/event-store.ts';
import { FileLock } from '../store/file/file-lock.ts';
import { openStore } from '../store/threads/open-store.ts';
import { importFile } from './import-file.ts';
import { type FileSeen, hasOnlyGrown, readManifest, seenFile, writeManifest } from './manifest.ts';
import { lockOf, pruneCache } from './prune-cache.ts';
import { packingOf } from './read-unpacked.ts';

export interface OpenFilesOptions {
  /** Of the stores that are made on the fly: made if it is not there, for this user only. */
  readonly cache: string;
  /** Stores that were not used for longest are removed when there are more bytes than this. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
  /** Told how many bytes have been read, of how many that have to be. */
  readonly onProgress?: ((read: number, of: number) => void) | undefined;
}

/** Files, as a store that can be asked. */
export interface OpenedFiles {
  readonly store: EventStore;
  /** Lines of which something could not be read. */
  readonly skipped: number;
  /** Records in other lines that are no OTLP. */
  readonly skippedRecords: number;
  /** Records that are there more than once, by `log.record.uid` or as spans, and are kept once. */
  readonly repeated: number;
  close(): Promise<void>;
}

const GIBIBYTE = 1024 ** 3;

/**
 * Opens files of OTLP/JSON lines as a store. It is kept: of files that were asked before, only what was added since is
 * read; if one has changed in another way, all are read again.
 * @throws what the file system and the store throw
 */
export async function openFiles(
  files: readonly string[],
  { cache, maxBytes = 2 * GIBIBYTE, onProgress = () => {} }: OpenFilesOptions,
): Promise<OpenedFiles> {
  const paths = [...new Set(files.map((file) => realpathSync(file)))].sort();
  makeCache(cache);
  const { directory, release } = claimFor(path.join(cache, keyOf(paths)));
  try {
    const store = await openKept(directory, paths, onProgress);
    pruneCache(cache, directory, maxBytes);
    const close = async (): Promise<void> => {
      await store.store.close();
      release();
    };
    return { ...store, close };
  } catch (error) {
    release();
    throw (error as OtelEventsError).code === 'STORE_UNWRITABLE' ? notKept(cache, error) : error;
  }
}

function makeCache(directory: string): void {
  try {
    makeDirectory(directory, 0o700);
  } catch (error) {
    throw notKept(directory, error);
  }
}

/** Who asks files has not asked for a store, and has to be told where it is. */
function notKept(cache: string, cause: unknown): OtelEventsError {
  const reason = withoutFix(cause as OtelEventsError);
  return new OtelEventsError('STORE_UNWRITABLE', `what was read cannot be kept in ${cache}: ${reason}`, {
    cause,
    fix: 'make room there, or name another place with XDG_CACHE_HOME',
  });
}

function keyOf(paths: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(paths)).digest('hex').slice(0, 32);
}

/** Where another process has the store, this one makes its own, and removes it. */
function claimFor(directory: string): { readonly directory: string; readonly release: () => void } {
  const lock = FileLock.take(lockOf(directory), 0);
  if (lock !== undefined) return { directory, release: () => lock.release() };
  const own = mkdtempSync(`${directory}.`);
  // Nobody else knows of it, but who makes room in the cache.
  const ownLock = FileLock.take(lockOf(own), 0);
  const release = (): void => {
    rmSync(own, { recursive: true, force: true });
    ownLock?.release();
  };
  return { directory: own, release };
}

async function openKept(
  directory: string,
  paths: readonly string[],
  onProgress: (read: number, of: number) => void,
): Promise<Omit<OpenedFiles, 'close'>> {
  const now = await Promise.all(paths.map(seenNow));
  const before = readManifest(directory);
  const isUsable = before !== undefined && now.every((file) => hasOnlyGrown(before.get(file.path), file));
  const known = isUsable ? before : new Map<string, FileSeen>();
  // Without a manifest a store is worth nothing: one that breaks off is made again.
  if (!isUsable || now.some(({ path, size }) => known.get(path)?.size !== size)) {
    rmSync(isUsable ? path.join(directory, 'manifest.json') : directory, { recursive: true, force: true });
  }
  const store = await openStore({ directory });
  try {
    const seen = await readAll(store, now, known, onProgress);
    writeManifest(directory, seen);
    const sumOf = (count: 'skipped' | 'skippedRecords' | 'repeated'): number =>
      seen.reduce((sum, file) => sum + file[count], 0);
    return {
      store,
      skipped: sumOf('skipped'),
      skippedRecords: sumOf('skippedRecords'),
      repeated: sumOf('repeated'),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function seenNow(file: string): Promise<FileSeen> {
  return { ...seenFile(file), isPacked: (await packingOf(file)) !== undefined };
}

async function readAll(
  store: EventStore,
  now: readonly FileSeen[],
  known: ReadonlyMap<string, FileSeen>,
  onProgress: (read: number, of: number) => void,
): Promise<FileSeen[]> {
  const of = now.reduce((sum, { path, size }) => sum + size - (known.get(path)?.end ?? 0), 0);
  const seen: FileSeen[] = [];
  let done = 0;
  for (const file of now) {
    const old = known.get(file.path);
    if (old?.size === file.size) {
      seen.push(old);
      done += file.size - old.end;
      continue;
    }
    const from = old?.end ?? 0;
    const onRead = (bytes: number): void => onProgress(done + bytes - from, of);
    const { end, skipped, skippedRecords, repeated, isHalf } = await importFile(store, file.path, {
      from,
      onRead,
    });
    // A half line at the end is read again, and counted again, when the file has grown.
    const before = old === undefined ? 0 : old.skipped - (old.isHalf ? 1 : 0);
    seen.push({
      ...seenFile(file.path, end),
      size: file.size,
      isPacked: file.isPacked,
      isHalf,
      skipped: before + skipped,
      skippedRecords: (old?.skippedRecords ?? 0) + skippedRecords,
      repeated: (old?.repeated ?? 0) + repeated,
    });
    done += file.size - from;
  }
  return seen;
}
