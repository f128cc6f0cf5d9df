import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { MAX_SINKS } from './layout.ts';

/** Its name in a sub-directory. */
export const CURSOR_FILE = 'cursors';

const SLOT_BYTES = 24;
const FILE_BYTES = 2 * MAX_SINKS * SLOT_BYTES;

/**
 * How far each sink has come, on disk: two slots a sink, written in turn, each with a CRC.
 *
 * Not a file that is replaced by rename (four system calls an ack, and a full disk stops it), nor a log of
 * acks (it needs compaction, and a full disk stops it too, just when acks would make room). One write in
 * place, into bytes that were allocated at the start, needs neither; a torn one is found by its CRC, and the
 * slot before it still holds. It is not synced: after a power loss some records are sent again, none skipped.
 */
export class CursorFile {
  readonly #fd: number;
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  readonly #sequence: number[] = [];

  constructor(directory: string) {
    const file = path.join(directory, CURSOR_FILE);
    const before = readSlots(file);
    this.#fd = openSync(file, before === undefined ? 'w+' : 'r+', 0o600);
    if (before === undefined) writeSync(this.#fd, Buffer.alloc(FILE_BYTES), 0, FILE_BYTES, 0);
    before?.forEach(({ sequence }, sink) => {
      this.#sequence[sink] = sequence;
    });
  }

  /** @throws what the file system throws; the slot written before still holds then */
  write(sink: number, position: number): void {
    const sequence = (this.#sequence[sink] ?? 0) + 1;
    const slot = this.#slot;
    slot.writeUInt32LE(sink, 4);
    slot.writeBigUInt64LE(BigInt(position), 8);
    slot.writeBigUInt64LE(BigInt(sequence), 16);
    slot.writeUInt32LE(crc32(slot.subarray(4)), 0);
    writeSync(this.#fd, slot, 0, SLOT_BYTES, (2 * sink + (sequence % 2)) * SLOT_BYTES);
    this.#sequence[sink] = sequence;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Where each sink was, by its bit; a sink without a valid slot has acknowledged nothing. */
export function readCursors(directory: string): Map<number, number> {
  const slots = readSlots(path.join(directory, CURSOR_FILE)) ?? new Map<number, Slot>();
  return new Map([...slots].map(([sink, { position }]) => [sink, position]));
}

interface Slot {
  readonly position: number;
  readonly sequence: number;
}

function readSlots(file: string): Map<number, Slot> | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const slots = new Map<number, Slot>();
  for (let at = 0; at + SLOT_BYTES <= Math.min(bytes.length, FILE_BYTES); at += SLOT_BYTES) {
    const slot = bytes.subarray(at, at + SLOT_BYTES);
    const sink = slot.readUInt32LE(4);
    if (sink !== Math.floor(at / SLOT_BYTES / 2) || slot.readUInt32LE(0) !== crc32(slot.subarray(4)))
      continue;
    const [position, sequence] = [Number(slot.readBigUInt64LE(8)), Number(slot.readBigUInt64LE(16))];
    if (sequence > (slots.get(sink)?.sequence ?? 0)) slots.set(sink, { position, sequence });
  }
  return slots;
}
