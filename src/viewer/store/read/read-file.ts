import path from 'node:path';
import type { StatementSync } from 'node:sqlite';
import type { ColumnKind } from '../block/column.ts';
import { type Chunk, readChunk } from '../file/chunk.ts';
import { EventFile } from '../file/event-file.ts';
import { resourceOf, scopeNameOf } from '../record/read-surroundings.ts';
import type { Block, BlockFile, FoundRecord, Zone } from './block.ts';
import type { ByteCache } from './byte-cache.ts';
import { takenApart } from './damage.ts';
import { type BlockRow, SealedBlock } from './sealed-block.ts';
import { TailBlock } from './tail-block.ts';

interface ReadChunk extends Chunk {
  readonly seq: number;
  readonly arrivedMs: number;
}

type Attributes = Readonly<Record<string, unknown>>;

/** A file as readers see it: its blocks, and what they have in common. */
export class ReadFile implements BlockFile {
  readonly path: string;
  readonly first: number;
  readonly blockRows: number;
  /** No more rows come. */
  isDone = false;
  readonly #file: EventFile;
  readonly #cache: ByteCache;
  readonly #beforeChunk: () => void;
  readonly #sealed: SealedBlock[] = [];
  #tail: TailBlock | undefined;
  #lastBlock = 0;
  readonly #places = new Map<string, number>();
  #zones = new Map<string, ReadonlyMap<string, Zone>>();
  readonly #resources = new Map<number, Attributes>();
  readonly #scopes = new Map<number, string>();
  #chunk: ReadChunk | undefined;

  /** @param beforeChunk - called before rows are read: at most 128, or a large one */
  constructor(file: string, cache: ByteCache, beforeChunk: () => void) {
    this.#file = EventFile.open(file, 'read');
    this.path = file;
    this.first = this.#file.first;
    this.blockRows = this.#file.layout.blockRows;
    this.#cache = cache;
    this.#beforeChunk = beforeChunk;
  }

  /** Its blocks, oldest first. */
  get blocks(): readonly Block[] {
    return this.#tail === undefined || this.#tail.rows === 0 ? this.#sealed : [...this.#sealed, this.#tail];
  }

  /** The number behind the last row. */
  get end(): number {
    const last = this.blocks.at(-1);
    return last === undefined ? this.first : last.first + last.rows;
  }

  prepare(sql: string): StatementSync {
    return this.#file.prepare(sql);
  }

  meta(key: string): unknown {
    return this.#file.meta(key);
  }

  get counts(): EventFile['counts'] {
    return this.#file.counts;
  }

  /** Takes in what was committed since. */
  refresh(): void {
    if (this.isDone) return;
    this.#file.db.exec('begin');
    try {
      this.#readBlocks();
      this.isDone = this.#file.meta('next') !== undefined;
      this.#readTail();
    } finally {
      this.#file.db.exec('commit');
    }
  }

  #readBlocks(): void {
    const rows = this.prepare('select id, first, n, lo, hi from block where id > ? order by id').all(
      this.#lastBlock,
    );
    if (rows.length === 0) return;
    for (const row of rows) this.#sealed.push(new SealedBlock(this, row as unknown as BlockRow));
    this.#lastBlock = rows.at(-1)?.id as number;
    this.#zones = new Map();
  }

  #readTail(): void {
    const last = this.#sealed.at(-1);
    const from = last === undefined ? this.first : last.first + last.rows;
    if (this.isDone) this.#tail = undefined;
    else if (this.#tail?.first !== from) this.#tail = new TailBlock(this, from);
    const tail = this.#tail;
    if (tail === undefined) return;
    const next = tail.first + tail.rows;
    // A chunk is of so many rows at most; it may have begun before.
    const chunks = this.prepare(
      'select seq, at, bytes from chunk where seq > ? and seq + n > ? order by seq',
    );
    for (const { seq, at, bytes } of chunks.all(next - 128, next)) {
      tail.add(seq as number, at as number, bytes as Uint8Array);
    }
  }

  has(key: string): boolean {
    return this.#cache.has(`${this.first} ${key}`);
  }

  cached<T>(key: string, make: () => T, bytesOf: (value: T) => number): T {
    return this.#cache.get(`${this.first} ${key}`, make, bytesOf);
  }

  placeOf(name: string): number | undefined {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.prepare('select id from place where name = ?').get(name)?.id as number | undefined;
      if (place !== undefined) this.#places.set(name, place);
    }
    return place;
  }

  /** What is known of the columns of a name, by block and kind. */
  zonesOf(name: string): ReadonlyMap<string, Zone> {
    const known = this.#zones.get(name);
    if (known !== undefined) return known;
    const zones = new Map<string, Zone>();
    const place = this.placeOf(name);
    const columns =
      place === undefined
        ? []
        : this.prepare('select block, kind, rows, lo, hi from col where place = ?').all(place);
    for (const { block, kind, rows, lo, hi } of columns) {
      const zone = { rows: rows as number, lowest: lo as number, highest: hi as number };
      zones.set(`${block} ${kind as ColumnKind}`, zone);
    }
    if (this.#zones.size > 1000) this.#zones.clear();
    this.#zones.set(name, zones);
    return zones;
  }

  /** The attributes of a resource, by its number. */
  resource(id: number): Attributes {
    return remembered(this.#resources, id, () =>
      takenApart(() => resourceOf(this.surroundings('resource', id))),
    );
  }

  /** The name of a scope, by its number. */
  scope(id: number): string {
    return remembered(this.#scopes, id, () => takenApart(() => scopeNameOf(this.surroundings('scope', id))));
  }

  surroundings(table: 'resource' | 'scope', id: number): Uint8Array {
    return this.prepare(`select bytes from ${table} where id = ?`).get(id)?.bytes as Uint8Array;
  }

  /** A record by its number; cheap when they are asked for in order. */
  recordAt(seq: number): FoundRecord {
    let chunk = this.#chunk;
    if (chunk === undefined || seq < chunk.seq || seq >= chunk.seq + chunk.records.length) {
      this.#beforeChunk();
      chunk = takenApart(() => this.#chunkOf(seq));
      this.#chunk = chunk;
    }
    const { bytes, arrivedMs, records } = chunk;
    return { ...records.record(seq - chunk.seq), bytes, arrivedMs };
  }

  #chunkOf(seq: number): ReadChunk {
    const row = this.prepare('select seq, at, n from chunk where seq <= ? order by seq desc limit 1').get(
      seq,
    );
    if (row === undefined || (row.seq as number) + (row.n as number) <= seq) {
      throw new Error(`row ${seq} is not in ${path.basename(this.path)}`);
    }
    // Small chunks are put together when their block is sealed.
    const key = `chunk ${row.seq} ${row.n}`;
    const read = (): ReadChunk => this.#readChunk(row.seq as number, row.at as number);
    return this.cached(key, read, ({ bytes, records }) => bytes.length + 20 * records.length);
  }

  #readChunk(seq: number, arrivedMs: number): ReadChunk {
    const row = this.prepare('select bytes from chunk where seq = ?').get(seq);
    return { ...readChunk(row?.bytes as Uint8Array), seq, arrivedMs };
  }

  close(): void {
    this.#file.close();
  }
}

/** The most that are remembered of resources and scopes. */
const MAX_REMEMBERED = 10_000;

function remembered<T>(known: Map<number, T>, id: number, make: () => T): T {
  let value = known.get(id);
  if (value === undefined) {
    value = make();
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(id, value);
  }
  return value;
}
