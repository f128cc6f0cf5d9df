import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { OtelEventsError } from '../errors.ts';
import { freeBackupPath, pruneBackups, type Rotation } from './backups.ts';
import { repairEnd } from './repair-end.ts';

/** Where lines go, and how. */
export interface LineFileOptions {
  readonly path: string;
  /** Keep what is in the file when it is first opened. */
  readonly append: boolean;
  /** Make the directories above the file. */
  readonly createDirectory: boolean;
  readonly rotation?: Rotation;
  /** How a line of ours begins: a torn last line is cut only if it begins like this. */
  readonly lineStart: string;
  /** Lines are on the disk, not only with the operating system, when they count as written. Default false. */
  readonly fsync?: boolean;
  /** Told about backups that could not be removed; the lines are safe. */
  readonly onError: (error: OtelEventsError) => void;
}

interface Waiting {
  /** With its line break. */
  readonly line: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: OtelEventsError) => void;
}

/** Bytes in one write; a longer line is written alone. */
const MAX_WRITE_BYTES = 1024 * 1024;

const LINE_BREAK = Buffer.from('\n');

/**
 * A file of whole lines, written in the order of the calls: lines that wait while a write is under way share
 * the next one. A line that could not be written leaves nothing behind.
 */
export class LineFile {
  readonly #options: LineFileOptions;
  #handle: FileHandle | undefined;
  /** Bytes in the file. */
  #size = 0;
  #inode = '';
  /** When the file was made, milliseconds since the epoch. */
  #madeMs = 0;
  /** Whether the file is to be opened anew before the next line. */
  #isStale = false;
  #truncate: boolean;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(options: LineFileOptions) {
    this.#options = options;
    this.#truncate = !options.append;
  }

  /**
   * Opens the file before the first line, so that a wrong path shows at start.
   * @throws OtelEventsError `EXPORT_FAILED`
   */
  async open(): Promise<void> {
    try {
      await this.#openHandle();
      await this.#prune();
    } catch (cause) {
      throw this.#failure('open', cause);
    }
  }

  /**
   * Resolves when the whole line is in the file, by the file's name.
   * @param line - without a line break
   * @throws OtelEventsError `EXPORT_FAILED` with `retry`: nothing of the line is in the file
   */
  append(line: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: Buffer.concat([line, LINE_BREAK]), resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Lets go of the file; the lines that follow go to the one that has its name then. */
  reopen(): void {
    this.#isStale = true;
    this.#draining ??= this.#drain();
  }

  /** Writes what waits, then closes the file. A line that comes later opens it again. */
  async close(): Promise<void> {
    await this.#draining;
    await this.#closeHandle();
  }

  async #drain(): Promise<void> {
    // In the next turn, so that lines of this turn go together.
    await null;
    while (this.#waiting.length > 0 || this.#isStale) {
      if (this.#isStale) await this.#letGo();
      if (this.#waiting.length === 0) continue;
      const group = this.#nextGroup();
      try {
        await this.#writeGroup(group);
        for (const { resolve } of group) resolve();
      } catch (cause) {
        const error = this.#failure('write', cause);
        for (const { reject } of group) reject(error);
      }
    }
    this.#draining = undefined;
  }

  async #letGo(): Promise<void> {
    this.#isStale = false;
    // Its lines have been written: there is nothing that a failure could cost.
    await this.#closeHandle().catch(() => {});
  }

  /** As many lines as fit in one write and in the file; at least one. */
  #nextGroup(): Waiting[] {
    const { rotation } = this.#options;
    const left = rotation === undefined ? MAX_WRITE_BYTES : rotation.maxBytes - this.#size;
    let bytes = 0;
    let count = 0;
    for (const { line } of this.#waiting) {
      bytes += line.length;
      // If not even the first one fits, the file is rotated before it: then a whole file is left.
      if (count > 0 && (bytes > MAX_WRITE_BYTES || bytes > left)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Removes from `group` what is settled before a failure. */
  async #writeGroup(group: Waiting[]): Promise<void> {
    const handle = await this.#handleFor(group[0]?.line.length ?? 0);
    const bytes = Buffer.concat(group.map(({ line }) => line));
    const written = await this.#writeAll(handle, bytes);
    if (written.error !== undefined) {
      await this.#keepWholeLines(handle, group, written.bytes);
      throw written.error;
    }
    await this.#sync(handle);
    this.#size += bytes.length;
    if (await this.#isInPlace()) return;
    const lost = (await handle.stat()).nlink === 0;
    await this.#closeHandle();
    // Moved away, the lines are where somebody wanted them. Deleted, they are nowhere: write them again.
    if (lost) await this.#writeGroup(group);
  }

  async #writeAll(handle: FileHandle, bytes: Uint8Array): Promise<{ bytes: number; error?: unknown }> {
    let done = 0;
    try {
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, null);
        if (bytesWritten === 0) throw new Error('nothing was written');
        done += bytesWritten;
      }
      return { bytes: done };
    } catch (error) {
      return { bytes: done, error };
    }
  }

  /** After a failure nobody knows what is on the disk: the lines stay, and whoever sends them again repeats them. */
  async #sync(handle: FileHandle): Promise<void> {
    if (this.#options.fsync !== true) return;
    try {
      await handle.datasync();
    } catch (error) {
      await this.#closeHandle();
      throw error;
    }
  }

  /** After a failed write: lines that are whole stay, a torn one goes. */
  async #keepWholeLines(handle: FileHandle, group: Waiting[], written: number): Promise<void> {
    let whole = 0;
    while (group[0] !== undefined && whole + group[0].line.length <= written) {
      whole += group[0].line.length;
      group.shift()?.resolve();
    }
    this.#size += whole;
    try {
      await handle.truncate(this.#size);
    } catch {
      // Opening it again repairs the end.
      await this.#closeHandle();
    }
  }

  async #handleFor(lineBytes: number): Promise<FileHandle> {
    const { rotation } = this.#options;
    const handle = this.#handle ?? (await this.#openHandle());
    if (rotation === undefined || this.#size === 0) return handle;
    const { maxBytes, maxAgeMs = Number.POSITIVE_INFINITY } = rotation;
    const isOld = Date.now() - this.#madeMs >= maxAgeMs;
    if (this.#size + lineBytes <= maxBytes && !isOld) return handle;
    await this.#rotate(rotation);
    return this.#openHandle();
  }

  async #rotate(rotation: Rotation): Promise<void> {
    await this.#closeHandle();
    await rename(this.#options.path, await freeBackupPath(this.#options.path, rotation.localTime));
    await this.#prune();
  }

  async #prune(): Promise<void> {
    const { path: file, rotation, onError } = this.#options;
    if (rotation === undefined) return;
    try {
      await pruneBackups(file, rotation);
    } catch (cause) {
      onError(this.#failure('remove old backups of', cause));
    }
  }

  async #openHandle(): Promise<FileHandle> {
    const { path: file, createDirectory, lineStart, fsync } = this.#options;
    if (createDirectory) await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
    // Appending even after truncation: a file that somebody else cuts short is then written at its new end.
    const handle = await open(file, 'a+', 0o600);
    try {
      if (this.#truncate) await handle.truncate(0);
      this.#truncate = false;
      const { dev, ino, size, birthtimeMs } = await handle.stat();
      if (fsync === true && size === 0) await syncDirectory(path.dirname(file));
      this.#madeMs = birthtimeMs;
      this.#size = size === 0 ? 0 : await repairEnd(handle, size, lineStart);
      this.#inode = `${dev}:${ino}`;
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.#handle = handle;
    return handle;
  }

  /** Whether our name still leads to the file that is open; also notices when somebody else has cut it short. */
  async #isInPlace(): Promise<boolean> {
    try {
      const { dev, ino, size } = await stat(this.#options.path);
      if (this.#inode !== `${dev}:${ino}`) return false;
      this.#size = size;
      return true;
    } catch {
      return false;
    }
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #failure(verb: string, cause: unknown): OtelEventsError {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `could not ${verb} ${this.#options.path}: ${why}`;
    return new OtelEventsError('EXPORT_FAILED', message, { cause, retry: {} });
  }
}

/** A new file can be found after a power cut only when its directory is on the disk too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
