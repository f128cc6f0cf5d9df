import { readChunk } from '../file/chunk.ts';
import type { EventFile } from '../file/event-file.ts';
import { LeafBuffer } from '../record/leaf-buffer.ts';
import { PathNode } from '../record/path-node.ts';
import { type RecordKey, recordKey } from '../record/record-key.ts';
import { RecordWalker } from '../record/record-walker.ts';

/** A block whose rows' keys can be looked through. */
export interface KeyBlock {
  readonly file: EventFile;
  readonly id: number;
  readonly first: number;
  readonly keyLoMs: number;
  readonly keyHiMs: number;
}

/** The most blocks whose hashes are held, 32 or 64 KB each: those of four million rows whose times overlap. */
const MAX_LOADED = 512;

/** Tells records that the store has already. Those of the open block are in memory, others are looked for in blocks of their time. */
export class SeenKeys {
  /** By the end of their times, latest first. */
  #blocks: KeyBlock[] = [];
  readonly #loaded = new Map<KeyBlock, BlockHashes>();
  #open = new Map<number, string | string[]>();
  readonly #rows = new RowKeys();

  /** Begins a block; the one before has been written, if any. */
  sealed(block: KeyBlock | undefined): void {
    this.#open = new Map();
    if (block === undefined || block.keyLoMs > block.keyHiMs) return;
    this.#blocks.push(block);
    this.#blocks.sort((one, other) => other.keyHiMs - one.keyHiMs);
  }

  /** Lets go of a file's blocks. */
  drop(file: EventFile): void {
    this.#blocks = this.#blocks.filter((block) => block.file !== file);
    for (const block of this.#loaded.keys()) if (block.file === file) this.#loaded.delete(block);
    this.#rows.forget();
  }

  /** Notes a row of the open block. */
  add({ hash, text }: RecordKey): void {
    if (hash === 0) return;
    const known = this.#open.get(hash);
    if (known === undefined) this.#open.set(hash, text);
    else this.#open.set(hash, Array.isArray(known) ? [...known, text] : [known, text]);
  }

  has({ hash, text, ms }: RecordKey): boolean {
    if (hash === 0) return false;
    const open = this.#open.get(hash);
    if (open !== undefined && (Array.isArray(open) ? open.includes(text) : open === text)) return true;
    for (const block of this.#blocks) {
      if (block.keyHiMs < ms) return false;
      if (block.keyLoMs <= ms && this.#isIn(block, hash, text)) return true;
    }
    return false;
  }

  #isIn(block: KeyBlock, hash: number, key: string): boolean {
    let table = this.#loaded.get(block);
    if (table === undefined) {
      table = new BlockHashes(block);
      this.#loaded.set(block, table);
      const [oldest] = this.#loaded.keys();
      if (this.#loaded.size > MAX_LOADED && oldest !== undefined) this.#loaded.delete(oldest);
    }
    return table.placesOf(hash).some((place) => this.#rows.keyAt(block, place) === key);
  }
}

/** The hashes of a block's rows, in their order: held for many blocks, so that where one is is looked for when it is found. */
class BlockHashes {
  readonly #block: KeyBlock;
  readonly #sorted: Uint32Array;
  /** In the order of the rows, once one was found: who sends a request again sends all of it. */
  #inOrder: Uint32Array | undefined;

  constructor(block: KeyBlock) {
    this.#block = block;
    this.#sorted = hashesOf(block).sort();
  }

  /** The places of the rows with a hash; none as a rule. */
  placesOf(hash: number): number[] {
    const sorted = this.#sorted;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    if (sorted[low] !== hash) return [];
    this.#inOrder ??= hashesOf(this.#block);
    const places: number[] = [];
    for (let at = this.#inOrder.indexOf(hash); at >= 0; at = this.#inOrder.indexOf(hash, at + 1))
      places.push(at);
    return places;
  }
}

/** In the order of the rows. */
function hashesOf({ file, id }: KeyBlock): Uint32Array {
  const row = file.prepare('select keys from block where id = ?').get(id) as { keys: Uint8Array };
  const copy = Uint8Array.from(row.keys);
  return new Uint32Array(copy.buffer);
}

/** Reads keys of rows; a request that comes again asks for one after the other. */
class RowKeys {
  #from = 0;
  #keys: readonly string[] = [];

  keyAt({ file, first }: KeyBlock, place: number): string | undefined {
    const seq = first + place;
    if (seq < this.#from || seq >= this.#from + this.#keys.length) this.#read(file, seq);
    return this.#keys[seq - this.#from];
  }

  forget(): void {
    this.#keys = [];
  }

  #read(file: EventFile, seq: number): void {
    const row = file
      .prepare('select seq, bytes from chunk where seq <= ? order by seq desc limit 1')
      .get(seq) as { seq: number; bytes: Uint8Array };
    const { bytes, records } = readChunk(row.bytes);
    const walker = new RecordWalker(bytes, PathNode.root(64), new LeafBuffer());
    this.#from = row.seq;
    this.#keys = Array.from(records, ({ isSpan, start, end }) => {
      walker.walk(isSpan, start, end);
      return recordKey(walker, 0).text;
    });
  }
}
