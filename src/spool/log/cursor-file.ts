import { constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { xxh32 } from '../../xxh32.ts';
import { closeQuietly } from '../disk/close-quietly.ts';
import { MAX_SINKS } from './layout.ts';

/** Its name in a sub-directory. */
export const CURSOR_FILE = 'cursors';

const SLOT_BYTES = 24;
/** Whatever lies there under this name: opening it waits for nobody, and leads nowhere else. Windows has neither. */
const OURS = (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const FILE_BYTES = 2 * MAX_SINKS * SLOT_BYTES;

/**
 * How far each sink has come, on disk: two slots a sink, written in turn, each with a checksum.
 *
 * Not a file that is replaced by rename (four system calls an ack, and a full disk stops it), nor a log of
 * acks (it needs compaction, and a full disk stops it too, just when acks would make room). One write in
 * place, into bytes that were allocated at the start, needs neither; a torn one is found by its checksum, and the
 * slot before it still holds. It is not synced: after a power loss some records are sent again, none skipped.
 */
export class CursorFile {
  readonly #fd: number;
  readonly #slot = new DataView(new ArrayBuffer(SLOT_BYTES));
  readonly #sequence: number[] = [];

  /** Opens the one of `directory`, or makes it. @throws what the file system throws, or that it is no file */
  constructor(directory: string) {
    this.#fd = openSync(
      path.join(directory, CURSOR_FILE),
      constants.O_RDWR | constants.O_CREAT | OURS,
      0o600,
    );
    try {
      const size = sizeOf(this.#fd);
      // A full disk must not stop an acknowledgement later.
      if (size < FILE_BYTES) writeSync(this.#fd, Buffer.alloc(FILE_BYTES - size), 0, undefined, size);
      for (const [sink, { sequence }] of readSlots(this.#fd)) this.#sequence[sink] = sequence;
    } catch (error) {
      closeQuietly(this.#fd);
      throw error;
    }
  }

  /** Whether this very file lies in `directory`. @throws what the file system throws */
  isIn(directory: string): boolean {
    const found = statSync(path.join(directory, CURSOR_FILE), { bigint: true, throwIfNoEntry: false });
    const { dev, ino } = fstatSync(this.#fd, { bigint: true });
    return found?.ino === ino && found.dev === dev;
  }

  /** @throws what the file system throws; the slot written before still holds then */
  write(sink: number, position: number): void {
    const sequence = (this.#sequence[sink] ?? 0) + 1;
    const slot = this.#slot;
    slot.setUint32(4, sink, true);
    slot.setBigUint64(8, BigInt(position), true);
    slot.setBigUint64(16, BigInt(sequence), true);
    slot.setUint32(0, xxh32(slot, 4, SLOT_BYTES), true);
    writeSync(this.#fd, slot, 0, SLOT_BYTES, (2 * sink + (sequence % 2)) * SLOT_BYTES);
    this.#sequence[sink] = sequence;
  }

  close(): void {
    closeQuietly(this.#fd);
  }
}

/** Where each sink was, by its bit; a sink without a valid slot has acknowledged nothing. */
export function readCursors(directory: string): Map<number, number> {
  let fd: number;
  try {
    fd = openSync(path.join(directory, CURSOR_FILE), constants.O_RDONLY | OURS);
  } catch {
    return new Map();
  }
  try {
    return new Map([...readSlots(fd)].map(([sink, { position }]) => [sink, position]));
  } catch {
    return new Map();
  } finally {
    closeQuietly(fd);
  }
}

interface Slot {
  readonly position: number;
  readonly sequence: number;
}

function sizeOf(fd: number): number {
  const found = fstatSync(fd);
  if (!found.isFile()) throw new Error(`${CURSOR_FILE} is not a file`);
  return found.size;
}

function readSlots(fd: number): Map<number, Slot> {
  const bytes = Buffer.alloc(FILE_BYTES);
  const size = sizeOf(fd) === 0 ? 0 : readSync(fd, bytes, 0, FILE_BYTES, 0);
  const slots = new Map<number, Slot>();
  for (let at = 0; at + SLOT_BYTES <= size; at += SLOT_BYTES) {
    const slot = new DataView(bytes.buffer, bytes.byteOffset + at, SLOT_BYTES);
    const sink = slot.getUint32(4, true);
    const isWhole = slot.getUint32(0, true) === xxh32(slot, 4, SLOT_BYTES);
    if (!isWhole || sink !== Math.floor(at / SLOT_BYTES / 2)) continue;
    const [position, sequence] = [Number(slot.getBigUint64(8, true)), Number(slot.getBigUint64(16, true))];
    // Nobody has ever come so far: a number like that was not written by us, whatever its checksum says.
    if (!Number.isSafeInteger(position) || !Number.isSafeInteger(sequence)) continue;
    if (sequence > (slots.get(sink)?.sequence ?? 0)) slots.set(sink, { position, sequence });
  }
  return slots;
}
