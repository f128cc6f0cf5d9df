import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { MAX_SINKS } from './layout.ts';
import { xxh32 } from './xxh32.ts';

/** Its name in a sub-directory. */
export const CURSOR_FILE = 'cursors';

const SLOT_BYTES = 24;
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
    slot.setUint32(4, sink, true);
    slot.setBigUint64(8, BigInt(position), true);
    slot.setBigUint64(16, BigInt(sequence), true);
    slot.setUint32(0, xxh32(slot, 4, SLOT_BYTES), true);
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
    const slot = new DataView(bytes.buffer, bytes.byteOffset + at, SLOT_BYTES);
    const sink = slot.getUint32(4, true);
    const isWhole = slot.getUint32(0, true) === xxh32(slot, 4, SLOT_BYTES);
    if (!isWhole || sink !== Math.floor(at / SLOT_BYTES / 2)) continue;
    const [position, sequence] = [Number(slot.getBigUint64(8, true)), Number(slot.getBigUint64(16, true))];
    if (sequence > (slots.get(sink)?.sequence ?? 0)) slots.set(sink, { position, sequence });
  }
  return slots;
}
