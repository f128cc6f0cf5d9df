import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { inOnePiece, NamedFile, requireFile, wholePieces } from './named-file.ts';

/** The length of a message stands in front of it. */
export const LENGTH_BYTES = 4;

/** So much is read at once to find the end of the last message. */
const CHUNK_BYTES = 64 * 1024;

/**
 * A file of messages, each behind its length, that one process writes: nothing in a message tells where the next one
 * begins, so what a write has left of one is cut off, by its writer or at the next start.
 */
export class MessageFile extends NamedFile {
  /**
   * Opens or makes the file, and cuts off what a crash has left of a message.
   * @throws for anything else than a regular file, and for one that holds something else than messages: it is not ours to cut
   */
  static async open({ path, truncate, messageStart }: MessageFileOptions): Promise<MessageFile> {
    // A pipe waits for its reader where it is opened.
    requireFile(await stat(path).catch(() => undefined));
    const handle = await open(path, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const end = truncate ? 0 : await endOfMessages(handle, size, messageStart);
      if (end < size) await handle.truncate(end);
      return new MessageFile(path, handle, await handle.stat());
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Writes messages, each with its length in front.
   * @returns how many of them, from the first, are whole in the file
   */
  async append(messages: readonly Uint8Array[]): Promise<number> {
    const bytes = inOnePiece(messages);
    let written = 0;
    try {
      // What the system does not take in one go it takes in the next, or says why not.
      while (written < bytes.length)
        written += (await this.handle.write(bytes, written, bytes.length - written, null)).bytesWritten;
    } catch (error) {
      const { whole, wholeBytes } = wholePieces(messages, written);
      // From its end: somebody may have cut the file short since it was last looked at.
      if (wholeBytes < written)
        await this.handle.truncate((await this.handle.stat()).size - written + wholeBytes);
      if (whole === 0) throw error;
      this.look();
      return whole;
    }
    this.look();
    return messages.length;
  }
}

/** How to open a file. */
export interface MessageFileOptions {
  readonly path: string;
  readonly truncate: boolean;
  /** How each message begins, behind its length, unless it is empty. */
  readonly messageStart: Uint8Array;
}

/** Where the last whole message ends. */
async function endOfMessages(handle: FileHandle, size: number, messageStart: Uint8Array): Promise<number> {
  const headBytes = LENGTH_BYTES + messageStart.length;
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [chunkAt, chunkEnd] = [0, 0];
  for (let at = 0; ; ) {
    if (Math.min(at + headBytes, size) > chunkEnd) {
      chunkAt = at;
      chunkEnd = at + (await handle.read(chunk, 0, CHUNK_BYTES, at)).bytesRead;
    }
    const head = chunk.subarray(at - chunkAt, Math.min(at + headBytes, chunkEnd) - chunkAt);
    if (head.length < LENGTH_BYTES) return at;
    const length = head.readUInt32BE();
    const found = head.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    if (!found.equals(messageStart.subarray(0, found.length)))
      throw new Error('it holds something else than messages; rename it, or change the path');
    if (at + LENGTH_BYTES + length > size) return at;
    at += LENGTH_BYTES + length;
  }
}
