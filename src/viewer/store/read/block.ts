import type { StatementSync } from 'node:sqlite';
import type { Column, ColumnKind } from '../block/column.ts';
import type { StoredRecord } from '../file/chunk.ts';

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

/** One record where it lies in a chunk. */
export interface FoundRecord extends StoredRecord {
  readonly bytes: Buffer;
  /** When it came, for one without a time. */
  readonly arrivedMs: number;
}

/** What blocks of one file have in common. */
export interface BlockFile {
  readonly path: string;
  readonly first: number;
  readonly blockRows: number;
  prepare(sql: string): StatementSync;
  /** Whether a value is held in memory. */
  has(key: string): boolean;
  cached<T>(key: string, make: () => T, bytesOf: (value: T) => number): T;
  placeOf(name: string): number | undefined;
  /** What is known of the columns of a name, by block and kind. */
  zonesOf(name: string): ReadonlyMap<string, Zone>;
  /** The attributes of a resource, by its number. */
  resource(id: number): Readonly<Record<string, unknown>>;
  /** The name of a scope, by its number. */
  scope(id: number): string;
  /** What surrounds records, as it came. */
  surroundings(table: 'resource' | 'scope', id: number): Uint8Array;
  /** A record by its number; cheap when they are asked for in order. */
  recordAt(seq: number): FoundRecord;
}

/** Rows that came one after the other, as columns: sealed ones from a file, the newest from memory. */
export interface Block {
  readonly file: BlockFile;
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
  /**
   * @param part - only values that have these bytes in them, as `packedText` gives them, are wanted: a column of texts without any
   * may be given without values
   */
  column(name: string, kind: ColumnKind, part?: Buffer): Column | undefined;
  /** All columns there are. */
  zones(): readonly NamedZone[];
}
