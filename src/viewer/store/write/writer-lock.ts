import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { OtelEventsError } from '../../../errors.ts';
import { loadSqlite } from '../file/load-sqlite.ts';

/** Of SQLite's codes: another connection has it. */
const BUSY = 5;

/** For a writer that is just ending. */
const WAIT_MS = 1_000;

/**
 * Keeps a directory to one writer, in this process and in others: two would give the same numbers to different rows. The system
 * lets go of it with the process, however that ends.
 */
export class WriterLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** @throws OtelEventsError `STORE_IN_USE` */
  static take(directory: string): WriterLock {
    const file = path.join(directory, 'writer.lock');
    // Only where it is not there: to close a file lets go of all locks that the process has on it.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    const db = new (loadSqlite().DatabaseSync)(file);
    try {
      db.exec(`pragma busy_timeout=${WAIT_MS}; begin exclusive`);
      return new WriterLock(db);
    } catch (error) {
      db.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      throw new OtelEventsError(
        'STORE_IN_USE',
        `another process, or part of this one, writes the store in ${directory}`,
        {
          fix: 'end it, ask the viewer that runs instead (--url), or use another directory',
        },
      );
    }
  }

  release(): void {
    this.#db.close();
  }
}
