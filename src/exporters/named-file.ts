import { fstatSync, type Stats, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** An open file, and whether it is still the one that its name leads to: others may move it away, or delete it. */
export class NamedFile {
  readonly #path: string;
  readonly #inode: string;
  protected readonly handle: FileHandle;
  /** Bytes in the file when it was last looked at. */
  size: number;
  /** When the file was made, milliseconds since the epoch. */
  readonly madeMs: number;
  /** Whether its name led to the file when it was last looked at. */
  isInPlace = true;

  protected constructor(path: string, handle: FileHandle, facts: Stats) {
    this.#path = path;
    this.#inode = inodeOf(facts);
    this.handle = handle;
    this.size = facts.size;
    this.madeMs = facts.birthtimeMs;
  }

  /** Brings what was written to the disk. */
  async sync(): Promise<void> {
    await this.handle.datasync();
  }

  /** Whether the file has no name any more: what is in it is lost. */
  async isDeleted(): Promise<boolean> {
    return (await this.handle.stat()).nlink === 0;
  }

  /** Whether its name leads to this file now. */
  async isNamed(): Promise<boolean> {
    this.look();
    return this.isInPlace;
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.handle.close();
  }

  /** At once: what was written a moment ago is in the system's memory, and another thread costs ten times as much. */
  protected look(): void {
    const named = factsOf(this.#path);
    this.isInPlace = named !== undefined && inodeOf(named) === this.#inode;
    this.size = this.isInPlace && named !== undefined ? named.size : fstatSync(this.handle.fd).size;
  }
}

/** What the name leads to; nothing where it leads nowhere, or nobody may look. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What tells a file from all others that are there. */
export function inodeOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Whether nothing can be kept there: it is there, and is no regular file. */
export function cannotKeepLines(facts: Stats | undefined): boolean {
  return facts !== undefined && !facts.isFile();
}

/** Something else is there. */
export class NotAFile extends Error {}

/** @throws NotAFile for anything but a regular file: nothing can be kept there */
export function requireFile(facts: Stats | undefined): void {
  if (cannotKeepLines(facts)) throw new NotAFile('wanted a regular file, it is something else');
}

/** Pieces in one, for one write. */
export function inOnePiece(pieces: readonly Uint8Array[]): Buffer {
  const [first] = pieces;
  if (first === undefined || pieces.length > 1) return Buffer.concat(pieces);
  return Buffer.from(first.buffer, first.byteOffset, first.length);
}

/** How many pieces, from the first, are whole in so many bytes of them, and how long these are. */
export function wholePieces(
  pieces: readonly Uint8Array[],
  written: number,
): { readonly whole: number; readonly wholeBytes: number } {
  let [whole, wholeBytes] = [0, 0];
  for (const { length } of pieces) {
    if (wholeBytes + length > written) break;
    whole++;
    wholeBytes += length;
  }
  return { whole, wholeBytes };
}
