/** The same table of rows in DuckDB, as its documentation has it: columns, zone maps and JSON; no index, and no full text. */

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { bytesOfFile } from '../../../src/viewer/store/file/store-files.ts';
import type { WireRequest } from '../../../src/viewer/store/write/store-writer.ts';
import type { DuckStore } from '../duck-store.ts';
import { type IngestFigures, measured } from '../ingest.ts';
import { plainRows } from '../plain-rows.ts';

const SCHEMA =
  'create table rows(time double, kind varchar, name varchar, service varchar, "user" varchar, session varchar, trace varchar, ' +
  'body varchar, attributes json, words varchar)';

const TYPES = [DOUBLE, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR];

/** The most rows of one of its chunks. */
const CHUNK_ROWS = 2048;

/** Opens one, or makes one. @param isKept - it was filled before */
export async function openDuckStore(directory: string, isKept: boolean): Promise<DuckStore> {
  if (!isKept) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'rows.duckdb');
  const instance = await DuckDBInstance.create(file, { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  if (!isKept) await connection.run(SCHEMA);
  const close = async (): Promise<void> => {
    await connection.run('checkpoint');
    connection.closeSync();
    instance.closeSync();
  };
  return {
    fill: (requests, rows) => fill(connection, file, requests, rows),
    ask: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    close,
  };
}

/** What is still in its log is written into the file before its size is taken, and counted. */
function fill(
  connection: DuckDBConnection,
  file: string,
  requests: string,
  rows: number,
): Promise<IngestFigures> {
  const take = (some: readonly WireRequest[]): Promise<void> => ingest(connection, some);
  const bytes = async (): Promise<number> => {
    await connection.run('checkpoint');
    return bytesOfFile(file);
  };
  return measured(requests, rows, take, bytes);
}

/** With its appender, which is its quickest way in. */
async function ingest(connection: DuckDBConnection, requests: readonly WireRequest[]): Promise<void> {
  await connection.run('begin');
  const appender = await connection.createAppender('rows');
  const columns = TYPES.map((): DuckDBValue[] => []);
  const flush = (): void => {
    const rows = columns[0]?.length ?? 0;
    if (rows === 0) return;
    const chunk = DuckDBDataChunk.create(TYPES, rows);
    for (const [at, values] of columns.entries()) {
      chunk.setColumnValues(at, values);
      values.length = 0;
    }
    appender.appendDataChunk(chunk);
  };
  for (const row of plainRows(requests)) {
    const { timeMs, kind, name, service, user, session, trace, body, attributes, words } = row;
    const values = [timeMs, kind, name, service, user, session, trace, body, attributes, words];
    for (const [at, value] of values.entries()) columns[at]?.push(value);
    if (columns[0]?.length === CHUNK_ROWS) flush();
  }
  flush();
  appender.closeSync();
  await connection.run('commit');
}
