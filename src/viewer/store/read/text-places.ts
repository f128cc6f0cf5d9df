import { isUuid } from '../record/leaf-buffer.ts';
import { keyHash } from '../record/record-key.ts';
import { indexedId, WantedText } from '../record/words.ts';
import type { Block, BlockFile } from './block.ts';

/** Of each block's first row, the places in it. */
type Places = ReadonlyMap<number, readonly number[]>;

/** Up to so many rows in one block, it is quicker to ask for the rows of the whole file at once. */
const FEW = 50;

/** The most words that are looked up: rows that have them are read. */
const MAX_WORDS = 32;

/** The rows that an index names for some words, by block; asked of the index when they are wanted. */
class IndexedRows {
  readonly #match: string;
  readonly #byFile = new Map<BlockFile, Places | 'by block'>();

  constructor(match: string) {
    this.#match = match;
  }

  /** @param isStep - blocks are looked at one by one, and perhaps not all of them */
  places(block: Block, isStep: boolean): readonly number[] {
    const known = this.#byFile.get(block.file);
    if (known instanceof Map) return known.get(block.first) ?? [];
    if (isStep && known === undefined) {
      this.#byFile.set(block.file, 'by block');
      return this.#ofBlock(block);
    }
    if (isStep && known === 'by block') {
      const places = this.#ofBlock(block);
      if (places.length < FEW) this.#byFile.set(block.file, this.#ofFile(block.file));
      return places;
    }
    const places = this.#ofFile(block.file);
    this.#byFile.set(block.file, places);
    return places.get(block.first) ?? [];
  }

  #ofBlock({ file, first, rows }: Block): number[] {
    const found = file
      .prepare(
        'select json_group_array(rowid) as rows from words where words match ? and rowid between ? and ?',
      )
      .get(this.#match, first, first + rows - 1);
    return (JSON.parse(found?.rows as string) as number[]).map((seq) => seq - first);
  }

  #ofFile(file: BlockFile): Map<number, number[]> {
    const found = file
      .prepare('select json_group_array(rowid) as rows from words where words match ?')
      .get(this.#match);
    const places = new Map<number, number[]>();
    let first = -1;
    let list: number[] = [];
    for (const seq of JSON.parse(found?.rows as string) as number[]) {
      if (first < 0 || seq < first || seq >= first + file.blockRows) {
        first = file.first + Math.floor((seq - file.first) / file.blockRows) * file.blockRows;
        list = places.get(first) ?? [];
        places.set(first, list);
      }
      list.push(seq - first);
    }
    return places;
  }
}

/** Where a text may stand. */
export class TextPlaces {
  readonly wanted: WantedText;
  /** Which row is right is seen in the row only. */
  readonly mustRead: boolean;
  readonly #hash: number;
  readonly #words: IndexedRows | undefined;
  readonly #ids: IndexedRows | undefined;

  constructor(text: string) {
    this.wanted = new WantedText(text);
    const { words, id } = this.wanted;
    this.#hash = isUuid(text) ? keyHash(text) : 0;
    this.mustRead = words.length > 1;
    const all = [...new Set(words)].slice(0, MAX_WORDS).map((word) => `"${word}"`);
    this.#words = words.length === 0 ? undefined : new IndexedRows(all.join(' AND '));
    this.#ids = id === undefined ? undefined : new IndexedRows(`"${indexedId(id)}"`);
  }

  /** The rows of a block that may have it, in any order; some may be there twice. */
  in(block: Block, isStep: boolean): number[] {
    const places = [
      ...(this.#words?.places(block, isStep) ?? []),
      ...(this.#ids?.places(block, isStep) ?? []),
      ...(this.#hash === 0 ? [] : placesOfHash(block, this.#hash)),
    ];
    // An index may know rows that came after the answer began.
    return places.filter((place) => place < block.rows);
  }
}

/** The rows of a block whose keys have this hash. */
export function placesOfHash(block: Block, hash: number): number[] {
  const keys = block.keys();
  const places: number[] = [];
  for (let at = keys.indexOf(hash); at >= 0; at = keys.indexOf(hash, at + 1)) places.push(at);
  return places;
}

/** The rows that have an id in some text, as `=` on an attribute asks for it; undefined of a text that is none. */
export function idRows(text: string): IndexedRows | undefined {
  const { id } = new WantedText(text);
  return id === undefined ? undefined : new IndexedRows(`"${indexedId(id)}"`);
}

export type { IndexedRows };
