import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { loadSqlite } from './load-sqlite.ts';

/** Of SQLite's codes: another connection has it. */
const BUSY = 5;

/**
 * A file that one has at a time, in this process and in others. The system lets go of it with the process, however that ends: no
 * lock outlives who took it, and none is taken for one of a process that has its number now.
 */
export class FileLock {
  readonly #file: string;
  readonly #db: DatabaseSync;

  private constructor(file: string, db: DatabaseSync) {
    this.#file = file;
    this.#db = db;
  }

  /**
   * @param waitMs - for one who is just ending
   * @returns undefined when another one has it
   * @throws what SQLite and the file system throw
   */
  static take(file: string, waitMs: number): FileLock | undefined {
    for (;;) {
      // Only where it is not there: to close a file lets go of all locks that the process has on it.
      const before = inodeOf(file) ?? make(file);
      const db = new (loadSqlite().DatabaseSync)(file);
      try {
        db.exec(`pragma journal_mode=memory; pragma busy_timeout=${waitMs}; begin exclusive`);
      } catch (error) {
        db.close();
        if ((error as { errcode?: number }).errcode === BUSY) return undefined;
        throw error;
      }
      if (inodeOf(file) === before) return new FileLock(file, db);
      // Who had it took the file away between: a lock on that one keeps nobody out.
      db.close();
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#db.close();
  }
}

function make(file: string): bigint | undefined {
  closeSync(openSync(file, 'a', 0o600));
  return inodeOf(file);
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
