import { fstatSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { blankOut, endsLine, lacksLineBreak, mendBefore, read } from './mend-line.ts';
import { LENGTH_BYTES } from './message-file.ts';
import { inOnePiece, inodeOf, NamedFile, requireFile, wholePieces } from './named-file.ts';

/** Attempts to open a file that others set aside at the same time. */
const MAX_OPENS = 10;
const CHUNK_BYTES = 64 * 1024;
/** As much of a line is compared with what is in the file where it should be. */
const COMPARED_BYTES = 256;

/**
 * A file that other processes may append lines to at the same time, also on a disk that is full.
 *
 * Lines go in with one appending write, which the system keeps apart from those of others. Nothing is ever cut
 * off: others may have written behind it. What a write has left of a line, because the disk was full or its
 * process was killed, is blanked out in place: by its writer, or by the next one, who finds it in front of a line
 * of its own and does not count that one as written before.
 */
export class AppendFile extends NamedFile {
  readonly #lineStart: string;
  /** The same file, not appending. */
  readonly #patch: FileHandle;
  /** Up to where the file is known, and ends with a whole line; -1 when it has to be looked at. */
  #known: number;

  private constructor(
    { path, lineStart }: AppendFileOptions,
    handle: FileHandle,
    patch: FileHandle,
    facts: Stats,
  ) {
    super(path, handle, facts);
    this.#lineStart = lineStart;
    this.#patch = patch;
    this.#known = facts.size === 0 ? 0 : -1;
  }

  /**
   * Opens or makes the file.
   * @throws for anything else than a regular file, which could not keep lines, and for a file of messages
   */
  static async open(options: AppendFileOptions, attempt = 1): Promise<AppendFile> {
    const { path, truncate, lineStart } = options;
    requireFile(await stat(path).catch(() => undefined));
    // Appending even after truncation: a file that somebody else cuts short is then written at its new end.
    const handle = await open(path, 'a+', 0o600);
    let patch: FileHandle | undefined;
    try {
      const facts = await handle.stat();
      requireFile(facts);
      patch = await open(path, 'r+').catch(replacedMeanwhile);
      if (patch !== undefined && inodeOf(await patch.stat()) === inodeOf(facts)) {
        if (truncate) await handle.truncate(0);
        const { size } = await handle.stat();
        if (holdsMessages(handle.fd))
          throw new Error('it holds messages and no lines; rename it, or change the path');
        if (lacksLineBreak(handle.fd, size, lineStart)) await handle.appendFile('\n');
        return new AppendFile(options, handle, patch, await handle.stat());
      }
    } catch (error) {
      await closeAll(handle, patch);
      throw error;
    }
    await closeAll(handle, patch);
    if (attempt === MAX_OPENS) throw new Error('others replace it all the time');
    return AppendFile.open(options, attempt + 1);
  }

  /**
   * Writes lines, each with its line break.
   * @returns how many of them, from the first, are whole in the file; not always all, and not always one
   */
  async append(lines: readonly Uint8Array[]): Promise<number> {
    const bytes = inOnePiece(lines);
    const patch = this.#patch.fd;
    const known = this.#known;
    this.#known = -1;
    const { bytesWritten } = await this.handle.write(bytes, 0, bytes.length, null);
    // Half a line is mended before anything else: who is killed now leaves it to others.
    const early = bytesWritten < bytes.length ? this.#settle(patch, lines, bytes, bytesWritten) : undefined;
    this.look();
    if (early !== undefined) return early;
    if (known < 0 || this.size !== known + bytesWritten)
      return this.#settle(patch, lines, bytes, bytesWritten);
    this.#known = this.size;
    return lines.length;
  }

  override async close(): Promise<void> {
    await closeAll(this.handle, this.#patch);
  }

  /** After a write beside which something else has happened: finds out what is in the file, and mends it. */
  #settle(patch: number, lines: readonly Uint8Array[], bytes: Buffer, written: number): number {
    const { fd } = this.handle;
    const end = this.#endOfWrite();
    const start = end - written;
    const head = bytes.subarray(0, Math.min(written, COMPARED_BYTES));
    if (start < 0 || !read(fd, start, start + head.length).equals(head))
      throw new Error('others cut it short');
    const { whole, wholeBytes } = wholePieces(lines, written);
    const standsAlone = mendBefore(patch, start, this.#lineStart, whole > 0 ? start : end);
    const half = start + wholeBytes;
    if (half < end) {
      const followsLine = whole > 0 || endsLine(fd, half);
      // Who has written behind it may have mended it: then its line break is at the end, where half a line has none. In
      // this order, since the break comes there before it goes from the front.
      if (followsLine || !endsLine(fd, end)) blankOut(patch, half, end, followsLine);
    }
    const { size } = fstatSync(fd);
    if (endsLine(fd, size)) this.#known = size;
    // All of them again: the next ones will begin behind the line break of these.
    return standsAlone ? whole : 0;
  }

  /** Where the last write has ended: the position of the descriptor is there, and as much is behind it. */
  #endOfWrite(): number {
    const { fd } = this.handle;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let behind = 0; ; ) {
      for (let count = -1; count !== 0; behind += count) count = readSync(fd, chunk, 0, chunk.length, null);
      const { size } = fstatSync(fd);
      // Others may have appended in between.
      const more = readSync(fd, chunk, 0, chunk.length, null);
      if (more === 0) return size - behind;
      behind += more;
    }
  }
}

/** How to open a file. */
export interface AppendFileOptions {
  readonly path: string;
  /** How a line of ours begins: half a line that does not is somebody else's, and kept. */
  readonly lineStart: string;
  readonly truncate: boolean;
}

/** A message behind its length begins with a zero, and is not empty; no line begins so, nor what a crash left empty. */
function holdsMessages(fd: number): boolean {
  const head = Buffer.alloc(LENGTH_BYTES + 1);
  return readSync(fd, head, 0, head.length, 0) === head.length && head[0] === 0 && head[LENGTH_BYTES] !== 0;
}

async function closeAll(handle: FileHandle, patch: FileHandle | undefined): Promise<void> {
  await patch?.close();
  await handle.close();
}

function replacedMeanwhile(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
