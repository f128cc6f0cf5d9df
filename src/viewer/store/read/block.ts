import type { Column, ColumnKind } from '../block/column.ts';
import type { ReadFile } from './read-file.ts';

/** What is known of a column without reading it. */
export interface Zone {
  /** How many rows have a value. */
  readonly rows: number;
  /** Of numbers. */
  readonly lowest: number;
  readonly highest: number;
}

export interface NamedZone extends Zone {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Rows that came one after the other, as columns: sealed ones from a file, the newest from memory. */
export interface Block {
  readonly file: ReadFile;
  /** The number of its first row in the store. */
  readonly first: number;
  readonly rows: number;
  readonly loMs: number;
  readonly hiMs: number;
  /** Of each row. */
  times(): Float64Array;
  /** Hashes of the rows' keys, 0 of those without. */
  keys(): Uint32Array;
  zone(name: string, kind: ColumnKind): Zone | undefined;
  column(name: string, kind: ColumnKind): Column | undefined;
  /** All columns there are. */
  zones(): readonly NamedZone[];
}
