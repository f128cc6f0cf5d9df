/** What stands beside the store: one table of rows, five indexes, FTS5. */

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { KeyValue } from '../../src/otlp/values/any-value.ts';
import { plainMap, plainValue } from '../../src/otlp/values/plain-value.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { bytesOfFile } from '../../src/viewer/store/file/store-files.ts';
import type { WireRequest } from '../../src/viewer/store/write/store-writer.ts';
import { type IngestFigures, measured } from './ingest.ts';

const SCHEMA = `
  create table rows(id integer primary key, time real, kind text, name text, service text, user text, session text, trace text,
    attributes text);
  create index by_time on rows(time); create index by_name on rows(name, time); create index by_user on rows(user, time);
  create index by_session on rows(session, time); create index by_trace on rows(trace, time);
  create virtual table texts using fts5(body, content='', columnsize=0, detail=none);`;

type Map = Readonly<Record<string, unknown>>;

interface Part {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeLogs?: readonly { readonly logRecords?: readonly Map[] }[];
  readonly scopeSpans?: readonly { readonly spans?: readonly Map[] }[];
}

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
    this.#insert = this.db.prepare('insert into rows values(?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#index = this.db.prepare('insert into texts(rowid, body) values(?, ?)');
  }

  fill(file: string, rows: number): IngestFigures {
    return measured(
      file,
      rows,
      (requests) => this.#ingest(requests),
      () => bytesOfFile(this.#file),
    );
  }

  #ingest(requests: readonly WireRequest[]): void {
    this.db.exec('begin immediate');
    for (const request of requests) {
      const decoded = OtlpRequest.of(request).decoded() as { resourceLogs?: Part[]; resourceSpans?: Part[] };
      for (const part of decoded.resourceLogs ?? decoded.resourceSpans ?? []) this.#part(part);
    }
    this.db.exec('commit');
  }

  #part({ resource, scopeLogs, scopeSpans }: Part): void {
    const service = String(plainMap(resource?.attributes)['service.name']);
    for (const { logRecords = [] } of scopeLogs ?? [])
      for (const one of logRecords) this.#row(one, 'event', service);
    for (const { spans = [] } of scopeSpans ?? []) for (const one of spans) this.#row(one, 'span', service);
  }

  #row(record: Map, kind: string, service: string): void {
    const attributes = plainMap(record.attributes as readonly KeyValue[]);
    const name = String(record.eventName ?? record.name);
    const nanos = String(record.timeUnixNano ?? record.startTimeUnixNano);
    const text = (key: string): string | null =>
      typeof attributes[key] === 'string' ? attributes[key] : null;
    const json = JSON.stringify(attributes);
    const id = this.#next++;
    const trace = String(record.traceId);
    this.#insert.run(
      id,
      Number(nanos) / 1e6,
      kind,
      name,
      service,
      text('user.id'),
      text('session.id'),
      trace,
      json,
    );
    const words: string[] = [name, String(plainValue(record.body as object) ?? '')];
    eachText(attributes, words);
    this.#index.run(id, words.join(' '));
  }
}

function eachText(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) eachText(item, texts);
}
