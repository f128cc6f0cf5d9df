import { BlockBuilder } from '../block/block-builder.ts';
import { type Column, type ColumnKind, numberRange } from '../block/column.ts';
import { readChunk } from '../file/chunk.ts';
import { LeafBuffer } from '../record/leaf-buffer.ts';
import { PathNode } from '../record/path-node.ts';
import { recordKey } from '../record/record-key.ts';
import { RecordWalker } from '../record/record-walker.ts';
import type { Block, BlockFile, NamedZone, Zone } from './block.ts';

/** The rows of a file that are in no block yet: their columns are made here. */
export class TailBlock implements Block {
  readonly file: BlockFile;
  readonly first: number;
  readonly #builder = new BlockBuilder();
  readonly #root = PathNode.root(4096);
  readonly #leaves = new LeafBuffer();
  #columns = new Map<string, Column | undefined>();
  #times: Float64Array | undefined;

  constructor(file: BlockFile, first: number) {
    this.file = file;
    this.first = first;
  }

  get rows(): number {
    return this.#builder.rows;
  }

  get loMs(): number {
    return this.#builder.loMs;
  }

  get hiMs(): number {
    return this.#builder.hiMs;
  }

  /** Takes in the rows of a chunk that are new. */
  add(seq: number, arrivedMs: number, compressed: Uint8Array): void {
    const { bytes, records } = readChunk(compressed);
    const walker = new RecordWalker(bytes, this.#root, this.#leaves);
    const next = this.first + this.rows;
    for (const [index, { isSpan, start, end, resource, scope }] of records.entries()) {
      if (seq + index < next) continue;
      this.#leaves.clear();
      walker.walk(isSpan, start, end);
      this.#leaves.fill(this.#builder);
      const timeMs = walker.timeMs || arrivedMs;
      this.#builder.add(walker, { resource, scope }, timeMs, recordKey(walker, timeMs));
    }
    this.#columns = new Map();
    this.#times = undefined;
  }

  times(): Float64Array {
    this.#times ??= Float64Array.from(this.#builder.times);
    return this.#times;
  }

  keys(): Uint32Array {
    return Uint32Array.from(this.#builder.keys);
  }

  column(name: string, kind: ColumnKind): Column | undefined {
    const key = `${kind} ${name}`;
    if (!this.#columns.has(key)) this.#columns.set(key, this.#builder.column(name, kind));
    return this.#columns.get(key);
  }

  zone(name: string, kind: ColumnKind): Zone | undefined {
    const column = this.column(name, kind);
    if (column === undefined) return undefined;
    const { lowest, highest } =
      kind === 'number' ? numberRange(column.codes) : { lowest: Number.NaN, highest: Number.NaN };
    return { rows: column.size, lowest, highest };
  }

  zones(): readonly NamedZone[] {
    return [...this.#builder.columns()].map(([name, { kind, rows }]) => ({
      name,
      kind,
      rows,
      lowest: Number.NaN,
      highest: Number.NaN,
    }));
  }
}
