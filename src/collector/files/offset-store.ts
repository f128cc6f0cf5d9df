import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { wallClockMs } from '../../time.ts';
import { xxh32 } from '../../xxh32.ts';
import type { FileHead } from './file-head.ts';

/** How far a file has been read. */
export interface ReadUpTo {
  readonly offset: number;
  /** How it begins, so that another file of the same number is not taken for it. */
  readonly head: FileHead;
}

/** Two of them in a file, written in turn: one that is torn leaves the one before. */
const SLOT_BYTES = 256;

const READ_OR_MAKE = constants.O_RDWR | constants.O_CREAT;

/** What nobody has asked for in so long is of a file that is gone. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Where the reading of files goes on after a restart: a small file for each, written in place. It is not synced unless
 * that is asked for; after a power cut some lines are read again, none is passed over.
 */
export class OffsetStore {
  readonly #directory: string;
  readonly #fsync: boolean;
  readonly #open = new Map<string, Promise<FileHandle>>();
  readonly #sequences = new Map<string, number>();

  constructor({ directory, fsync }: { readonly directory: string; readonly fsync: boolean }) {
    this.#directory = directory;
    this.#fsync = fsync;
  }

  /** All that is known, by the names of files. @throws what the file system throws */
  async load(): Promise<Map<string, ReadUpTo>> {
    makeDirectory(this.#directory, 0o700);
    const known = new Map<string, ReadUpTo>();
    for (const name of await readdir(this.#directory)) {
      const file = path.join(this.#directory, name);
      const slots = readSlots(await readFile(file)).sort((a, b) => b.sequence - a.sequence);
      const [newest] = slots;
      if (wallClockMs() - (await stat(file)).mtimeMs > FORGOTTEN_MS) await rm(file, { force: true });
      else if (newest !== undefined) {
        known.set(name, newest);
        this.#sequences.set(name, newest.sequence);
      }
    }
    return known;
  }

  /** @throws what the file system throws; what was written before still holds then */
  async write(name: string, { offset, head }: ReadUpTo): Promise<void> {
    const sequence = (this.#sequences.get(name) ?? 0) + 1;
    const opened = this.#open.get(name) ?? open(path.join(this.#directory, name), READ_OR_MAKE, 0o600);
    this.#open.set(name, opened);
    try {
      const handle = await opened;
      const slot = slotOf({ offset, head, sequence });
      await handle.write(slot, 0, slot.length, (sequence % 2) * SLOT_BYTES);
      if (this.#fsync) await handle.datasync();
      this.#sequences.set(name, sequence);
    } catch (error) {
      await this.release(name);
      throw error;
    }
  }

  /** Closes the file of a name. */
  async release(name: string): Promise<void> {
    const opened = this.#open.get(name);
    this.#open.delete(name);
    await opened?.then((handle) => handle.close()).catch(() => {});
  }

  /** Forgets a file that is gone. */
  async forget(name: string): Promise<void> {
    await this.release(name);
    this.#sequences.delete(name);
    await rm(path.join(this.#directory, name), { force: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.release(name)));
  }
}

interface Slot extends ReadUpTo {
  readonly sequence: number;
}

/** A checksum, and JSON that ends with blanks. */
function slotOf(content: Slot): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES, ' ');
  slot.write(JSON.stringify(content), 4);
  slot.writeUInt32LE(checksumOf(slot), 0);
  return slot;
}

function readSlots(bytes: Buffer): Slot[] {
  const slots: Slot[] = [];
  for (let at = 0; at + SLOT_BYTES <= bytes.length; at += SLOT_BYTES) {
    const slot = bytes.subarray(at, at + SLOT_BYTES);
    if (slot.readUInt32LE(0) === checksumOf(slot)) slots.push(JSON.parse(slot.toString('utf8', 4)));
  }
  return slots;
}

function checksumOf(slot: Buffer): number {
  return xxh32(new DataView(slot.buffer, slot.byteOffset, slot.length), 4, SLOT_BYTES);
}
