import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { OtelEventsError } from '../../../errors.ts';
import { loadSqlite } from './load-sqlite.ts';
import { INDEX_SETTINGS, LATER_TABLES, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** How rows lie in files; a store keeps what it was made with. */
export interface Layout {
  readonly blockRows: number;
  readonly fileRows: number;
}

export type Synchronous = 'normal' | 'full';

export interface NewFile extends Layout {
  readonly directory: string;
  /** The number of its first row. */
  readonly first: number;
  readonly synchronous: Synchronous;
  /** What the file before has counted. */
  readonly counts?: Counts | undefined;
}

/** What a store counts over all its time. */
export interface Counts {
  /** Rows that went because of a cap, and the number of the first row that is left. */
  readonly removed: number;
  readonly removedBelow: number;
  readonly metricPoints: number;
  /** Of earlier minutes rows are gone: what was emitted in these is compared with nothing. */
  readonly ledgerFrom: number;
  /** When somebody deleted all of it last, Unix epoch, and what went; 0: nobody has. */
  readonly clearedMs: number;
  readonly clearedRows: number;
  readonly clearedBytes: number;
}

export const NO_COUNTS: Counts = {
  removed: 0,
  removedBelow: 0,
  metricPoints: 0,
  ledgerFrom: 0,
  clearedMs: 0,
  clearedRows: 0,
  clearedBytes: 0,
};

const FILE = /^events-(\d{12,})\.db$/;

const PAGE_BYTES = 8192;

const WRITE_CACHE_KIB = 4096;
const READ_CACHE_KIB = 1024;

/** The number of a file's first row, from its name; undefined of what is no file of a store. */
export function firstOf(name: string): number | undefined {
  const found = FILE.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** One file of a store: rows that came one after the other. */
export class EventFile {
  readonly path: string;
  readonly first: number;
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(file: string, db: DatabaseSync) {
    this.path = file;
    this.first = firstOf(path.basename(file)) as number;
    this.db = db;
  }

  /** Makes a file, or completes one whose making was broken off. */
  static create({ directory, first, synchronous, blockRows, fileRows, counts }: NewFile): EventFile {
    const name = path.join(directory, `events-${String(first).padStart(12, '0')}.db`);
    // For this user only; what SQLite keeps beside the file gets the mode of the file.
    closeSync(openSync(name, 'a', 0o600));
    const file = new EventFile(name, new (loadSqlite().DatabaseSync)(name));
    try {
      file.db.exec(`pragma page_size=${PAGE_BYTES}; pragma journal_mode=wal;`);
      file.#set(synchronous);
      // In one transaction: who reads sees all tables or none.
      file.db.exec(`begin immediate; ${SCHEMA} ${LATER_TABLES}`);
      const meta = { schema_version: SCHEMA_VERSION, block_rows: blockRows, file_rows: fileRows };
      for (const [key, value] of Object.entries({ ...meta, ...counts })) file.setMeta(key, value);
      file.db.exec('commit');
      file.db.exec(INDEX_SETTINGS);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Opens a file that is there.
   * @throws OtelEventsError `STORE_VERSION` of a file of a newer version; what SQLite throws of a damaged one
   */
  static open(file: string, mode: Synchronous | 'read'): EventFile {
    const opened = new EventFile(file, new (loadSqlite().DatabaseSync)(file, { readOnly: mode === 'read' }));
    try {
      opened.#set(mode);
      opened.#check();
      if (mode !== 'read') opened.db.exec(LATER_TABLES);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  #set(mode: Synchronous | 'read'): void {
    if (mode !== 'read') this.db.exec(`pragma synchronous=${mode}; pragma wal_autocheckpoint=2000;`);
    // Readers keep what they have made of pages, of all files together within bounds; pages are kept for each file.
    const cacheKib = mode === 'read' ? READ_CACHE_KIB : WRITE_CACHE_KIB;
    this.db.exec(`pragma busy_timeout=5000; pragma temp_store=memory; pragma cache_size=-${cacheKib};`);
  }

  /** No more rows come: what is in memory for writing goes. */
  endWriting(): void {
    this.db.exec(
      `pragma wal_checkpoint(truncate); pragma cache_size=-${READ_CACHE_KIB}; pragma shrink_memory;`,
    );
  }

  #check(): void {
    const version = this.meta('schema_version');
    if (typeof version !== 'number') throw new Error('it has no version');
    if (version > SCHEMA_VERSION) {
      const name = path.basename(this.path);
      const message = `${name} is of version ${version} of the store, this package knows ${SCHEMA_VERSION}`;
      throw new OtelEventsError('STORE_VERSION', message, { fix: 'update otel-events' });
    }
  }

  get layout(): Layout {
    return { blockRows: Number(this.meta('block_rows')), fileRows: Number(this.meta('file_rows')) };
  }

  get counts(): Counts {
    const count = (key: string): number => Number(this.meta(key) ?? 0);
    return {
      removed: count('removed'),
      removedBelow: count('removedBelow'),
      metricPoints: count('metricPoints'),
      ledgerFrom: count('ledgerFrom'),
      clearedMs: count('clearedMs'),
      clearedRows: count('clearedRows'),
      clearedBytes: count('clearedBytes'),
    };
  }

  meta(key: string): unknown {
    return this.prepare('select value from meta where key = ?').get(key)?.value;
  }

  setMeta(key: string, value: number | string): void {
    this.prepare('insert or replace into meta values(?, ?)').run(key, value);
  }

  setCounts(counts: Partial<Counts>): void {
    for (const [key, count] of Object.entries(counts)) this.setMeta(key, count);
  }

  /** A statement, made once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs `work` in a transaction. What it throws is thrown, and nothing has been done then. */
  transaction<T>(work: () => T): T {
    this.db.exec('begin immediate');
    try {
      const result = work();
      this.db.exec('commit');
      return result;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.db.isTransaction) this.db.exec('rollback');
      throw error;
    }
  }

  /** The number behind its last row, also where that row was erased: no number is given twice. */
  end(): number {
    const next = this.meta('next');
    if (typeof next === 'number') return next;
    const last = this.prepare('select seq + n as last from chunk order by seq desc limit 1').get()?.last;
    return typeof last === 'number' ? last : this.first;
  }

  close(): void {
    this.#statements.clear();
    if (this.db.isOpen) this.db.close();
  }
}
