import zlib from 'node:zlib';
import { toBuffer } from '../../../to-buffer.ts';
import {
  type Column,
  type ColumnKind,
  columnOf,
  type TypedArray,
  typed,
  type UnpackedColumn,
  unpackColumn,
} from '../block/column.ts';
import type { Block, BlockFile, NamedZone, Zone } from './block.ts';
import { takenApart } from './damage.ts';

/** What the table of blocks says of one. */
export interface BlockRow {
  readonly id: number;
  readonly first: number;
  readonly n: number;
  readonly lo: number;
  readonly hi: number;
}

/** A column of texts of which none is wanted. */
const NO_TEXTS: Column = {
  kind: 'text',
  size: 0,
  places: new Uint16Array(),
  codes: new Uint8Array(),
  values: [],
};

/** A block whose columns are in the file. */
export class SealedBlock implements Block {
  readonly file: BlockFile;
  readonly first: number;
  readonly rows: number;
  readonly loMs: number;
  readonly hiMs: number;
  readonly #id: number;

  constructor(file: BlockFile, { id, first, n, lo, hi }: BlockRow) {
    this.file = file;
    this.#id = id;
    this.first = first;
    this.rows = n;
    this.loMs = lo;
    this.hiMs = hi;
  }

  times(): Float64Array {
    return this.file.cached(`${this.#id} times`, () => takenApart(() => this.#readTimes()), byteLength);
  }

  keys(): Uint32Array {
    return this.file.cached(`${this.#id} keys`, () => takenApart(() => this.#readKeys()), byteLength);
  }

  zone(name: string, kind: ColumnKind): Zone | undefined {
    return this.file.zonesOf(name).get(`${this.#id} ${kind}`);
  }

  column(name: string, kind: ColumnKind, part?: Buffer): Column | undefined {
    if (this.zone(name, kind) === undefined) return undefined;
    const key = `${this.#id} ${kind} ${name}`;
    const keep = (unpacked: () => UnpackedColumn): Column =>
      this.file.cached(key, () => takenApart(() => columnOf(kind, unpacked())), bytesOfColumn);
    if (part === undefined || kind !== 'text' || this.file.has(key))
      return keep(() => this.#unpack(name, kind));
    // To look through bytes takes less than to make texts of them, which are many where all values differ.
    const unpacked = takenApart(() => this.#unpack(name, kind));
    return unpacked.texts.includes(part) ? keep(() => unpacked) : NO_TEXTS;
  }

  zones(): readonly NamedZone[] {
    const rows = this.file
      .prepare('select name, kind, rows, lo, hi from col join place on place.id = col.place where block = ?')
      .all(this.#id);
    return rows.map(({ name, kind, rows: count, lo, hi }) => ({
      name: name as string,
      kind: kind as ColumnKind,
      rows: count as number,
      lowest: lo as number,
      highest: hi as number,
    }));
  }

  #readTimes(): Float64Array {
    const { times } = this.#row('times');
    return typed(
      zlib.zstdDecompressSync(times as Uint8Array),
      0,
      this.rows,
      Float64Array as TypedArray<Float64Array>,
    );
  }

  #readKeys(): Uint32Array {
    const bytes = this.#row('keys').keys as Uint8Array;
    return typed(toBuffer(bytes), 0, this.rows, Uint32Array as TypedArray<Uint32Array>);
  }

  #unpack(name: string, kind: ColumnKind): UnpackedColumn {
    const place = this.file.placeOf(name) as number;
    const row = this.file
      .prepare('select bytes from col where place = ? and block = ? and kind = ?')
      .get(place, this.#id, kind);
    return unpackColumn(row?.bytes as Uint8Array);
  }

  #row(column: 'times' | 'keys'): Record<string, unknown> {
    return this.file.prepare(`select ${column} from block where id = ?`).get(this.#id) as Record<
      string,
      unknown
    >;
  }
}

function byteLength(array: ArrayBufferView): number {
  return array.byteLength;
}

/** About: texts are counted with what V8 keeps for each, and the number that it may have. */
function bytesOfColumn({ codes, places, values, kind }: Column): number {
  const texts =
    kind === 'text' ? (values as readonly string[]).reduce((sum, text) => sum + text.length + 36, 0) : 0;
  return codes.byteLength + (places?.byteLength ?? 0) + texts;
}
