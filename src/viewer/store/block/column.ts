import zlib from 'node:zlib';
import { toBuffer } from '../../../to-buffer.ts';
import type { FacetValue } from '../event-store.ts';

export type ColumnKind = 'text' | 'number' | 'flag' | 'held';

/** The values that the rows of a block have at one place, of one kind; a row has none, one or several. */
export interface Column {
  readonly kind: ColumnKind;
  /** How many values. */
  readonly size: number;
  /** The row of each value, rising; undefined: every row has one, in order. Of `held`: rows whose value is to be read there. */
  readonly places: Uint16Array | undefined;
  /** Numbers themselves, or where the value stands in `values`; empty of `held`. */
  readonly codes: Uint8Array | Uint16Array | Int32Array | Float64Array;
  /** Undefined of numbers. */
  readonly values: readonly FacetValue[] | undefined;
}

export const FLAGS: readonly FacetValue[] = [false, true, null];

/** A column that is being filled. */
export class ColumnBuilder {
  readonly kind: ColumnKind;
  readonly places: number[] = [];
  readonly codes: number[] = [];
  readonly #codeOf = new Map<string, number>();
  #last = -1;
  /** How many rows have a value. */
  rows = 0;

  constructor(kind: ColumnKind) {
    this.kind = kind;
  }

  text(place: number, value: string): void {
    let code = this.#codeOf.get(value);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#codeOf.set(value, code);
    }
    this.code(place, code);
  }

  /** A number, or the index of a flag. */
  code(place: number, code: number): void {
    this.codes.push(code);
    this.#place(place);
  }

  /** Notes a row whose value stays where it is. */
  hold(place: number): void {
    if (place !== this.#last) this.#place(place);
  }

  #place(place: number): void {
    this.places.push(place);
    if (place === this.#last) return;
    this.#last = place;
    this.rows++;
  }

  /** As it is now. @param blockRows - how many rows the block has */
  column(blockRows: number): Column {
    const { kind, places, codes } = this;
    const size = places.length;
    const isDense = size === blockRows && this.rows === size;
    const values =
      kind === 'number' || kind === 'held' ? undefined : kind === 'flag' ? FLAGS : [...this.#codeOf.keys()];
    return {
      kind,
      size,
      places: isDense ? undefined : Uint16Array.from(places),
      codes: narrow(codes, kind, values?.length ?? 0),
      values,
    };
  }
}

function narrow(codes: readonly number[], kind: ColumnKind, values: number): Column['codes'] {
  if (kind !== 'number') return values <= 256 ? Uint8Array.from(codes) : Uint16Array.from(codes);
  const { lowest, highest, areWhole } = numberRange(codes);
  if (!areWhole) return Float64Array.from(codes);
  if (lowest >= 0 && highest < 2 ** 8) return Uint8Array.from(codes);
  if (lowest >= 0 && highest < 2 ** 16) return Uint16Array.from(codes);
  if (lowest >= -(2 ** 31) && highest < 2 ** 31) return Int32Array.from(codes);
  return Float64Array.from(codes);
}

/** The least and the greatest, and whether all are integers; -0 is none. */
export function numberRange(codes: ArrayLike<number>): {
  lowest: number;
  highest: number;
  areWhole: boolean;
} {
  let [lowest, highest, areWhole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] as number;
    if (code < lowest) lowest = code;
    if (code > highest) highest = code;
    if (areWhole && (!Number.isInteger(code) || Object.is(code, -0))) areWhole = false;
  }
  return { lowest, highest, areWhole };
}

const HEAD_BYTES = 20;
const WIDTHS: readonly TypedArray<Column['codes']>[] = [Uint8Array, Uint16Array, Int32Array, Float64Array];

/** Head (size, width of codes, width of steps between rows or 0, bytes of the values), codes, steps, values as JSON. */
export function encodeColumn({ kind, size, places, codes, values }: Column): Buffer {
  const steps = places === undefined ? undefined : stepsOf(places);
  const texts = kind === 'text' ? Buffer.from(JSON.stringify(values)) : Buffer.alloc(0);
  const width = WIDTHS.findIndex((type) => codes instanceof type);
  const head = Int32Array.of(size, width, steps?.BYTES_PER_ELEMENT ?? 0, texts.length, codes.length);
  return compress(
    Buffer.concat([toBuffer(head), toBuffer(codes), toBuffer(steps ?? new Uint8Array()), texts]),
  );
}

/** A column whose parts have not been made into arrays and texts yet. */
export interface UnpackedColumn {
  readonly size: number;
  readonly codes: Column['codes'];
  readonly steps: Uint8Array | Uint16Array | undefined;
  /** As JSON; empty of numbers. */
  readonly texts: Buffer;
}

/** @throws what zstd throws of bytes that are damaged */
export function unpackColumn(compressed: Uint8Array): UnpackedColumn {
  const bytes = decompress(compressed);
  const [size, width, stepWidth, textBytes, count] = typed(
    bytes,
    0,
    5,
    Int32Array as TypedArray<Int32Array>,
  ) as unknown as number[];
  const type = WIDTHS[width as number] as TypedArray<Column['codes']>;
  const codes = typed(bytes, HEAD_BYTES, count as number, type);
  const stepsAt = HEAD_BYTES + codes.byteLength;
  const steps =
    stepWidth === 0
      ? undefined
      : typed(bytes, stepsAt, size as number, WIDTHS[(stepWidth as number) - 1] as TypedArray<Uint16Array>);
  const textsAt = stepsAt + (steps?.byteLength ?? 0);
  return {
    size: size as number,
    codes,
    steps,
    texts: bytes.subarray(textsAt, textsAt + (textBytes as number)),
  };
}

/** A column as it is asked, on memory of its own. */
export function columnOf(kind: ColumnKind, { size, codes, steps, texts }: UnpackedColumn): Column {
  return {
    kind,
    size,
    places: steps === undefined ? undefined : placesOf(steps),
    // A copy: a view would keep all of the bytes in memory for as long as the column is, the texts among them.
    codes: codes.slice(),
    values:
      kind === 'text'
        ? (JSON.parse(texts.toString('utf8')) as string[])
        : kind === 'flag'
          ? FLAGS
          : undefined,
  };
}

/** A text as it stands in {@link UnpackedColumn.texts}; undefined of one that may stand there in another way. */
export function packedText(text: string): Buffer | undefined {
  // Half of a pair of units is written as an escape alone, and as UTF-8 beside the other half.
  return text.isWellFormed() ? Buffer.from(JSON.stringify(text).slice(1, -1)) : undefined;
}

/** The steps from row to row are small, and compress better than the rows. */
function stepsOf(places: Uint16Array): Uint8Array | Uint16Array {
  const steps = new Uint16Array(places.length);
  let before = 0;
  let highest = 0;
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const step = place - before;
    steps[at] = step;
    if (step > highest) highest = step;
    before = place;
  }
  return highest < 256 ? Uint8Array.from(steps) : steps;
}

function placesOf(steps: ArrayLike<number>): Uint16Array {
  const places = new Uint16Array(steps.length);
  let place = 0;
  for (let at = 0; at < steps.length; at++) {
    place += steps[at] as number;
    places[at] = place;
  }
  return places;
}

const { ZSTD_c_compressionLevel: LEVEL, ZSTD_c_checksumFlag: CHECKSUM } = zlib.constants;

/**
 * With a checksum, so that damage is seen. Level 2 makes rows and columns 3 % smaller than level 1 for a tenth more of its time;
 * level 3 gains another percent, for a third more.
 */
export function compress(bytes: Uint8Array): Buffer {
  return zlib.zstdCompressSync(bytes, { params: { [LEVEL]: 2, [CHECKSUM]: 1 } });
}

const { Z_DEFAULT_CHUNK } = zlib.constants;

/** In one piece, where the columns compress as they do as a rule: pieces are put together by a copy. */
function decompress(compressed: Uint8Array): Buffer {
  const chunkSize = Math.max(Z_DEFAULT_CHUNK, 4 * compressed.length);
  return zlib.zstdDecompressSync(compressed, { chunkSize });
}

export interface TypedArray<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
}

/** A view of bytes, or a copy where they do not lie as the machine wants. */
export function typed<T>(bytes: Buffer, at: number, length: number, type: TypedArray<T>): T {
  const start = bytes.byteOffset + at;
  const size = type.BYTES_PER_ELEMENT;
  if (start % size === 0) return new type(bytes.buffer, start, length);
  return new type(bytes.buffer.slice(start, start + length * size), 0, length);
}
