/** The version of the tables below. Files of a newer one are refused. */
export const SCHEMA_VERSION = 1;

/**
 * The tables of a file. `seq` is the number of a row in the whole store, in order of arrival. FTS5 without content, positions
 * and sizes (`detail=none`): a word's list of rows is all that it keeps. Its tokenizer knows ASCII; the rest is done before. Ids
 * are words with a mark in front: one index takes less time than two. The ledgers are by minute first: what comes is of a few
 * minutes and of many names, and each page that a transaction touches is written anew.
 */
export const SCHEMA = `
create table if not exists meta(key text primary key, value any) strict;
create table if not exists chunk(seq integer primary key, n integer not null, at real not null, bytes blob not null) strict;
create table if not exists block(id integer primary key, first integer not null, n integer not null, lo real not null,
  hi real not null, key_lo real, key_hi real, times blob not null, keys blob not null) strict;
create table if not exists place(id integer primary key, name text not null unique) strict;
create table if not exists col(id integer primary key, place integer not null, block integer not null, kind text not null,
  rows integer not null, lo real, hi real, bytes blob not null) strict;
create unique index if not exists col_at on col(place, block, kind);
create table if not exists resource(id integer primary key, bytes blob not null) strict;
create table if not exists scope(id integer primary key, bytes blob not null) strict;
create table if not exists source(id integer primary key, service text not null, name text not null,
  unique(service, name)) strict;
create table if not exists ledger(source integer not null, minute integer not null, received integer not null,
  repeated integer not null, primary key(minute, source)) strict, without rowid;
create virtual table if not exists words using fts5(body, content='', detail=none, columnsize=0, tokenize="ascii");
`;

/**
 * Tables that files of earlier days have not, made where a writer opens them: what came of spans, and what loggers say of
 * what they have emitted. A minute is one of the Unix epoch; `first` and `latest` are when a logger was heard, in milliseconds.
 */
export const LATER_TABLES = `
create table if not exists span_ledger(source integer not null, minute integer not null, received integer not null,
  repeated integer not null, primary key(minute, source)) strict, without rowid;
create table if not exists emitted(source integer not null, minute integer not null, n integer not null,
  primary key(minute, source)) strict, without rowid;
create table if not exists lost(source integer not null, minute integer not null, reason text not null, n integer not null,
  primary key(minute, source, reason)) strict, without rowid;
create table if not exists logger(id text primary key, service text not null, sequence integer not null, first real not null,
  latest real not null, ended integer not null) strict;
create table if not exists under_way(logger text not null, name text not null, n integer not null,
  primary key(logger, name)) strict, without rowid;
`;

/** Fewer and larger merges than by default: half of what is written. */
export const INDEX_SETTINGS = `
insert into words(words, rank) values('automerge', 8);
insert into words(words, rank) values('crisismerge', 32);
insert into words(words, rank) values('hashsize', ${8 << 20});
`;
