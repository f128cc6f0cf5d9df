import { open } from 'node:fs/promises';
import path from 'node:path';
import { OtelEventsError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { absolute } from '../spool/disk/absolute.ts';
import { AppendFile } from './append-file.ts';
import { pruneBackups, type Rotation, setAside } from './backups.ts';
import { MessageFile } from './message-file.ts';
import { type StandardStream, standardStream } from './standard-stream.ts';

/** Where lines go, and how. */
export interface LineFileOptions {
  readonly path: string;
  /** Keep what is in the file when it is first opened. */
  readonly append: boolean;
  /** Make the directories above the file. */
  readonly createDirectory: boolean;
  /** Of directories that are made, less what the process masks. Default 0o755. */
  readonly directoryMode?: number | undefined;
  readonly rotation?: Rotation;
  /** How a line of ours begins: a torn last line is cut only if it begins like this. */
  readonly lineStart: string;
  /** How a message of ours begins, behind its length, in a file that holds messages and no lines: {@link MessageFile}. */
  readonly messageStart?: Uint8Array | undefined;
  /** Lines are on the disk, not only with the operating system, when they count as written. Default false. */
  readonly fsync?: boolean;
  /** Told about backups that could not be removed; the lines are safe. */
  readonly onError: (error: OtelEventsError) => void;
}

type Target = AppendFile | MessageFile | StandardStream;

interface Waiting {
  /** With its line break. */
  readonly line: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: OtelEventsError) => void;
}

/** Bytes in one write; a longer line is written alone. */
const MAX_WRITE_BYTES = 1024 * 1024;

/** Attempts to write a line of which only a part went in, or in front of which somebody else's text stands. */
const MAX_ATTEMPTS = 3;

const LINE_BREAK = Buffer.from('\n');

/**
 * A file of whole lines (or messages, which the comments call lines too), written in the order of the calls: lines that wait while a write is under way share
 * the next one. A line that could not be written leaves nothing but blanks behind.
 */
export class LineFile {
  readonly #options: LineFileOptions;
  #file: Target | undefined;
  /** Whether the file is to be opened anew before the next line. */
  #isStale = false;
  #truncate: boolean;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(options: LineFileOptions) {
    // Once: an app that changes its directory has its lines in one file all the same.
    this.#options = { ...options, path: absolute(options.path) };
    this.#truncate = !options.append;
  }

  /**
   * Opens the file before the first line, so that a wrong path shows at start.
   * @throws OtelEventsError `EXPORT_FAILED`
   */
  async open(): Promise<void> {
    try {
      await this.#open();
      await this.#prune();
    } catch (cause) {
      throw this.#failure('open', cause);
    }
  }

  /**
   * Resolves when the whole line is in the file, by the file's name.
   * @param line - without a line break
   * @throws OtelEventsError `EXPORT_FAILED` with `retry`: the line is not in the file, as far as anybody knows
   */
  append(line: Uint8Array): Promise<void> {
    return this.appendWhole(Buffer.concat([line, LINE_BREAK]));
  }

  /** The same of a line that has its line break already: no copy is made. */
  appendWhole(line: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
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
    await this.#close();
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
    await this.#close().catch(() => {});
  }

  /** As many lines as fit in one write; at least one. */
  #nextGroup(): Waiting[] {
    return this.#waiting.splice(0, fitting(this.#waiting, MAX_WRITE_BYTES));
  }

  /** Removes from `group` what is settled before a failure. */
  async #writeGroup(group: Waiting[]): Promise<void> {
    for (let attempt = 1; group.length > 0; attempt++) {
      const file = await this.#fileFor(group[0]?.line.length ?? 0);
      const room = (this.#options.rotation?.maxBytes ?? Number.POSITIVE_INFINITY) - file.size;
      const whole = await this.#write(file, group.slice(0, fitting(group, room)));
      for (const { resolve } of group.splice(0, whole)) resolve();
      if (whole > 0) attempt = 0;
      if (attempt === MAX_ATTEMPTS) throw new Error('only a part of a line could be written');
    }
  }

  /** @returns how many lines are in a file that has a name, and on the disk if that is wanted */
  async #write(file: Target, group: readonly Waiting[]): Promise<number> {
    const whole = await this.#append(file, group);
    if (whole > 0) await this.#sync(file);
    if (file.isInPlace) return whole;
    const isDeleted = await file.isDeleted();
    await this.#close();
    // Moved away, the lines are where somebody wanted them. Deleted, they are nowhere: write them again.
    return isDeleted ? 0 : whole;
  }

  async #append(file: Target, group: readonly Waiting[]): Promise<number> {
    try {
      return await file.append(group.map(({ line }) => line));
    } catch (error) {
      // Whoever deletes the file on a full disk gets the room back only when it is let go.
      if (!(await file.isNamed())) await this.#close();
      throw error;
    }
  }

  /** After a failure nobody knows what is on the disk: the lines stay, and whoever sends them again repeats them. */
  async #sync(file: Target): Promise<void> {
    if (this.#options.fsync !== true) return;
    try {
      await file.sync();
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async #fileFor(lineBytes: number): Promise<Target> {
    const { rotation } = this.#options;
    const file = this.#file ?? (await this.#open());
    if (rotation === undefined || file.size === 0) return file;
    const { maxBytes, maxAgeMs = Number.POSITIVE_INFINITY } = rotation;
    const isOld = Date.now() - file.madeMs >= maxAgeMs;
    if (file.size + lineBytes <= maxBytes && !isOld) return file;
    await this.#rotate(file, rotation);
    return this.#open();
  }

  /** Sets the file aside, unless another process has done so. */
  async #rotate(file: Target, rotation: Rotation): Promise<void> {
    const isOurs = await file.isNamed();
    await this.#close();
    if (!isOurs) return;
    await setAside(this.#options.path, rotation.localTime);
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

  async #open(): Promise<Target> {
    const {
      path: file,
      createDirectory,
      directoryMode = 0o755,
      fsync,
      lineStart,
      messageStart,
    } = this.#options;
    const stream = standardStream(file);
    if (stream !== undefined) {
      this.#file = stream;
      return stream;
    }
    if (createDirectory) makeDirectory(path.dirname(file), directoryMode);
    const given = { path: file, truncate: this.#truncate };
    const opened =
      messageStart === undefined
        ? await AppendFile.open({ ...given, lineStart })
        : await MessageFile.open({ ...given, messageStart });
    this.#truncate = false;
    this.#file = opened;
    if (fsync === true && opened.size === 0) await syncDirectory(path.dirname(file));
    return opened;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #failure(verb: string, cause: unknown): OtelEventsError {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `could not ${verb} ${this.#options.path}: ${why}`;
    return new OtelEventsError('EXPORT_FAILED', message, { cause, retry: {} });
  }
}

/** How many lines fit; the first one always does, since a file is rotated before it. */
function fitting(lines: readonly Waiting[], maxBytes: number): number {
  let bytes = 0;
  const tooMany = lines.findIndex(({ line }, index) => {
    bytes += line.length;
    return index > 0 && bytes > maxBytes;
  });
  return tooMany < 0 ? lines.length : tooMany;
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
