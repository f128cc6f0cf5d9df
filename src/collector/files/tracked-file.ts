import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { contentFrom, type FileCompression } from './file-content.ts';
import { beginsAs, type FileHead, headOf, readHead } from './file-head.ts';
import { type Line, readLines } from './read-lines.ts';

/** How files are read. */
export interface ReadingOptions {
  readonly compression: FileCompression;
  /** Of a line; longer ones are passed over. */
  readonly maxLineBytes: number;
  /** By so many first bytes a file is told from others. */
  readonly headBytes: number;
}

const LINE_BREAK = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/** A file that is read as it grows, whatever it is called meanwhile. */
export class TrackedFile {
  /** Its number in its file system, which stays when it is renamed. */
  readonly name: string;
  /** Where it was seen last. */
  path: string;
  /** Up to where its lines are done with. */
  offset = 0;
  head: FileHead = headOf(Buffer.alloc(0));
  readonly #options: ReadingOptions;
  #handle: FileHandle | undefined;
  #start: Buffer = Buffer.alloc(0);
  /** Its size and time as last seen, and as it was when it was read to its end. */
  #version: string;
  #readVersion = '';

  private constructor(path: string, facts: BigIntStats, options: ReadingOptions) {
    this.path = path;
    this.name = nameOf(facts);
    this.#version = versionOf(facts);
    this.#options = options;
  }

  /** Opens what is at a path now. @throws what the file system throws */
  static async open(path: string, facts: BigIntStats, options: ReadingOptions): Promise<TrackedFile> {
    const file = new TrackedFile(path, facts, options);
    await file.#open();
    await file.lookAtHead();
    return file;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** Whether it has changed since it was read to its end. */
  get hasMore(): boolean {
    return this.#version !== this.#readVersion;
  }

  /** Where, and how, it was found. */
  seen(path: string, facts: BigIntStats): void {
    this.path = path;
    this.#version = versionOf(facts);
  }

  /** Whether it may be the one of that head. */
  isLike(head: FileHead): boolean {
    return head.bytes > 0 && beginsAs(this.#start, head);
  }

  /** Looks at how it begins: a file that was cut short or written anew is read from its beginning. */
  async lookAtHead(): Promise<void> {
    const { headBytes, compression } = this.#options;
    const handle = await this.#open();
    this.#start = await readHead(handle, headBytes, compression);
    const isSame = beginsAs(this.#start, this.head) && !(await this.#isShorter(handle));
    if (!isSame) this.offset = 0;
    if (!isSame || this.#start.length > this.head.bytes) this.head = headOf(this.#start);
  }

  /** Goes on behind the last whole line that is there now. */
  async passOver(): Promise<void> {
    const handle = await this.#open();
    if (this.#options.compression === '') {
      this.offset = await endOfLines(handle, Number((await handle.stat()).size));
      return;
    }
    for await (const { end } of this.lines()) this.offset = end;
  }

  /** The whole lines from its offset on, which the caller moves. */
  async *lines(): AsyncGenerator<Line> {
    const { compression, maxLineBytes } = this.#options;
    const handle = await this.#open();
    // As it was when it was found: what has changed since is found at the next look, its beginning too.
    const version = this.#version;
    yield* readLines(contentFrom(handle, this.offset, compression), this.offset, maxLineBytes);
    this.#readVersion = version;
  }

  /** From its beginning once more. */
  rewind(): void {
    this.offset = 0;
    this.#readVersion = '';
  }

  /** Whether all of it is done with, so that nothing is left when it is deleted. */
  async isDone(): Promise<boolean> {
    const facts = await (await this.#open()).stat({ bigint: true });
    if (this.#options.compression !== '') return versionOf(facts) === this.#readVersion;
    return Number(facts.size) === this.offset;
  }

  /** Whether it has no name any more, as far as that can be seen. */
  async isDeleted(): Promise<boolean> {
    return this.#handle !== undefined && (await this.#handle.stat()).nlink === 0;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const handle = await open(this.path, 'r');
    if (nameOf(await handle.stat({ bigint: true })) !== this.name) {
      await handle.close();
      throw new Error('another file has come to its place');
    }
    this.#handle = handle;
    return handle;
  }

  async #isShorter(handle: FileHandle): Promise<boolean> {
    return this.#options.compression === '' && Number((await handle.stat()).size) < this.offset;
  }
}

/** What is at a path, if it is a file. */
export async function fileAt(path: string): Promise<BigIntStats | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined);
  return facts?.isFile() ? facts : undefined;
}

/** Of a file, whatever it is called. */
export function nameOf({ dev, ino }: BigIntStats): string {
  return `${dev}-${ino}`;
}

function versionOf({ size, mtimeNs }: BigIntStats): string {
  return `${size} ${mtimeNs}`;
}

/** The place behind the last line break. */
async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, start);
    const found = chunk.subarray(0, bytesRead).lastIndexOf(LINE_BREAK);
    if (found >= 0) return start + found + 1;
  }
  return 0;
}
