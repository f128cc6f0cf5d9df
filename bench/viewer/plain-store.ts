/** What stands beside the store: one table of rows, five indexes, FTS5. */

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { bytesOfFile } from '../../src/viewer/store/file/store-files.ts';
import type { WireRequest } from '../../src/viewer/store/write/store-writer.ts';
import { type IngestFigures, measured } from './ingest.ts';
import { plainRows } from './plain-rows.ts';

const SCHEMA = `
  create table rows(id integer primary key, time real, kind text, name text, service text, user text, session text, trace text,
    body text, attributes text);
  create index by_time on rows(time); create index by_name on rows(name, time); create index by_user on rows(user, time);
  create index by_session on rows(session, time); create index by_trace on rows(trace, time);
  create virtual table texts using fts5(body, content='', columnsize=0, detail=none);`;

export class PlainStore {
  readonly db: DatabaseSync;
  readonly #file: string;
  readonly #insert: StatementSync;
  readonly #index: StatementSync;
  #next = 1;

  /** @param isKept - it was filled before */
  constructor(directory: string, isKept = false) {
    if (!isKept) rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    this.#file = path.join(directory, 'plain.db');
    this.db = new DatabaseSync(this.#file);
    this.db.exec(
      'pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=normal; pragma cache_size=-65536;',
    );
    if (!isKept) this.db.exec(SCHEMA);
    this.#insert = this.db.prepare('insert into rows values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#index = this.db.prepare('insert into texts(rowid, body) values(?, ?)');
  }

  fill(file: string, rows: number): Promise<IngestFigures> {
    return measured(
      file,
      rows,
      (requests) => this.#ingest(requests),
      () => bytesOfFile(this.#file),
    );
  }

  #ingest(requests: readonly WireRequest[]): void {
    this.db.exec('begin immediate');
    for (const row of plainRows(requests)) {
      const { timeMs, kind, name, service, user, session, trace, body, attributes, words } = row;
      const id = this.#next++;
      this.#insert.run(id, timeMs, kind, name, service, user, session, trace, body, attributes);
      this.#index.run(id, words);
    }
    this.db.exec('commit');
  }
}
