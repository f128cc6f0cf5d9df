import { fstatSync } from 'node:fs';
import { writeTo } from './write-to.ts';

const DESCRIPTORS: ReadonlyMap<string, number> = new Map([
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
]);

/** Whether a path means whatever this process was given, a pipe or a terminal too. */
export function isStandard(path: string): boolean {
  return DESCRIPTORS.has(path);
}

/** The stream that a path means; none for other paths, and where it is a regular file: that one keeps lines. */
export function standardStream(path: string): StandardStream | undefined {
  const descriptor = DESCRIPTORS.get(path);
  if (descriptor === undefined || fstatSync(descriptor).isFile()) return undefined;
  return new StandardStream(descriptor === 1 ? process.stdout : process.stderr);
}

/**
 * Standard output or error, in the place of a file that is never rotated. It is not opened by its path: who opens
 * a pipe for reading is never told that nobody else reads it, and a thread that waits for a reader who has stalled
 * keeps the process from ending.
 */
export class StandardStream {
  readonly #stream: NodeJS.WritableStream;
  readonly size = 0;
  readonly madeMs = 0;
  readonly isInPlace = true;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** @returns all of them: nothing that a pipe or a terminal has taken can be looked at, or mended */
  async append(lines: readonly Uint8Array[]): Promise<number> {
    await writeTo(this.#stream, Buffer.concat(lines));
    return lines.length;
  }

  async sync(): Promise<void> {}

  async isDeleted(): Promise<boolean> {
    return false;
  }

  async isNamed(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}
}
