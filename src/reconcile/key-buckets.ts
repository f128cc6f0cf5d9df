import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const MINUTE_MS = 60_000;

/** What is compared at once: a store is asked about so much. */
export const SLOT_MS = 10 * MINUTE_MS;

/** Files into which ids are parted by their time: one of them at a time is in memory. */
const BUCKETS = 256;

/** Of one bucket, before it is written. */
const BUFFER_BYTES = 16 * 1024;

/** An id with more bytes is no id. */
const MAX_UID_BYTES = 0xffff;

/** More names than a person reads: the rest is one. */
const MAX_NAMES = 10_000;
const OTHERS = '(other)';

const HEAD_BYTES = 14;

/** What files have of one name in one minute. */
export interface FileCount {
  readonly name: string;
  readonly minuteMs: number;
  readonly uids: Set<string>;
  /** Records with an id, repeated ones too. */
  rows: number;
  /** Records without an id. */
  bare: number;
}

/** What files have of {@link SLOT_MS}. */
export interface FileSlot {
  readonly fromMs: number;
  readonly counts: readonly FileCount[];
}

interface Bucket {
  readonly bytes: Buffer;
  used: number;
}

/**
 * The ids of any number of events, by minute and name. They are parted into files of a temporary directory, for this user
 * only; memory holds the names, 4 MiB of buffers, and the ids of one of 256 parts when they are read: of a part are all
 * stretches of ten minutes whose number, modulo 256, is the same.
 */
export class KeyBuckets {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'otel-events-reconcile-'));
  readonly #buckets = new Map<number, Bucket>();
  readonly #names = new Map<string, number>();

  add(uid: string, name: string, timeMs: number): void {
    const minute = Math.floor(timeMs / MINUTE_MS);
    const slot = Math.floor(timeMs / SLOT_MS);
    const index = ((slot % BUCKETS) + BUCKETS) % BUCKETS;
    const length = Math.min(Buffer.byteLength(uid), MAX_UID_BYTES);
    let bucket = this.#buckets.get(index);
    if (bucket !== undefined && bucket.used + HEAD_BYTES + length > bucket.bytes.length) {
      this.#flush(index, bucket);
      if (HEAD_BYTES + length > bucket.bytes.length) bucket = undefined;
    }
    if (bucket === undefined) {
      bucket = { bytes: Buffer.allocUnsafe(Math.max(BUFFER_BYTES, HEAD_BYTES + length)), used: 0 };
      this.#buckets.set(index, bucket);
    }
    const { bytes, used } = bucket;
    bytes.writeDoubleLE(minute, used);
    bytes.writeUInt32LE(this.#nameId(name), used + 8);
    bytes.writeUInt16LE(length, used + 12);
    bytes.write(uid, used + HEAD_BYTES, length, 'utf8');
    bucket.used = used + HEAD_BYTES + length;
  }

  /** All that was added, in stretches of ten minutes; those of one part after each other. `done` and `of` count parts. */
  *slots(): Generator<{ readonly slot: FileSlot; readonly done: number; readonly of: number }> {
    const names = [...this.#names.keys()];
    const of = this.#buckets.size;
    let done = 0;
    for (const [index, bucket] of this.#buckets) {
      this.#flush(index, bucket);
      const slots = new Map<number, Map<string, FileCount>>();
      for (const { uid, minute, nameId } of entriesOf(readFileSync(this.#fileOf(index)))) {
        const minuteMs = minute * MINUTE_MS;
        const fromMs = Math.floor(minuteMs / SLOT_MS) * SLOT_MS;
        const counts = slots.get(fromMs) ?? new Map<string, FileCount>();
        slots.set(fromMs, counts);
        const key = `${minute} ${nameId}`;
        const count = counts.get(key) ?? {
          name: names[nameId] ?? OTHERS,
          minuteMs,
          uids: new Set(),
          rows: 0,
          bare: 0,
        };
        counts.set(key, count);
        if (uid === '') count.bare++;
        else {
          count.uids.add(uid);
          count.rows++;
        }
      }
      for (const fromMs of [...slots.keys()].sort((one, other) => one - other)) {
        const counts = [...(slots.get(fromMs) as Map<string, FileCount>).values()];
        yield { slot: { fromMs, counts }, done, of };
      }
      done++;
    }
  }

  /** Removes the temporary directory. */
  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #nameId(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) return MAX_NAMES;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  #flush(index: number, bucket: Bucket): void {
    if (bucket.used > 0)
      appendFileSync(this.#fileOf(index), bucket.bytes.subarray(0, bucket.used), { mode: 0o600 });
    bucket.used = 0;
  }

  #fileOf(index: number): string {
    return path.join(this.#directory, String(index));
  }
}

function* entriesOf(
  bytes: Buffer,
): Generator<{ readonly uid: string; readonly minute: number; readonly nameId: number }> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16LE(at + 12);
    yield {
      minute: bytes.readDoubleLE(at),
      nameId: bytes.readUInt32LE(at + 8),
      uid: bytes.toString('utf8', at + HEAD_BYTES, at + HEAD_BYTES + length),
    };
    at += HEAD_BYTES + length;
  }
}
