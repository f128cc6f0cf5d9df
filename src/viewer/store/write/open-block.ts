import type { StatementSync } from 'node:sqlite';
import { wallClockMs } from '../../../time.ts';
import { BlockBuilder } from '../block/block-builder.ts';
import { CHUNK_BYTES, CHUNK_RECORDS, ChunkWriter, readChunk } from '../file/chunk.ts';
import type { EventFile } from '../file/event-file.ts';
import { IndexedTexts, LeafBuffer } from '../record/leaf-buffer.ts';
import { PathNode } from '../record/path-node.ts';
import { type RecordKey, recordKey } from '../record/record-key.ts';
import { RecordWalker } from '../record/record-walker.ts';
import { splitRequest } from '../record/split-request.ts';
import type { LedgerCounts } from './ledger-counts.ts';
import { mergeChunks } from './merge-chunks.ts';
import { Origins } from './origins.ts';
import type { SeenKeys } from './seen-keys.ts';
import { serviceOf } from './service-of.ts';
import { writeBlock } from './write-block.ts';

/** The most paths that are remembered from block to block. */
const MAX_NODES = 4096;

/** The most values of one record: those of one request of 20 MiB would not find room in the threads' heaps. */
const MAX_VALUES = 100_000;

/** What there is of one request. */
export interface Stored {
  readonly stored: number;
  readonly repeated: number;
}

/** The file that rows are added to, and its block that is not full yet. */
export class OpenBlock {
  readonly file: EventFile;
  /** The number that the next row gets. */
  next: number;
  readonly #blockRows: number;
  readonly #keys: SeenKeys;
  readonly #ledger: LedgerCounts;
  readonly #chunk = new ChunkWriter();
  readonly #leaves = new LeafBuffer();
  readonly #texts = new IndexedTexts();
  readonly #insertWords: StatementSync;
  #resources: Origins;
  #scopes: Origins;
  #block = new BlockBuilder();
  #root = PathNode.root(MAX_NODES);
  #arrivedMs = 0;

  /** @param ledger - what its requests are counted in */
  constructor(file: EventFile, blockRows: number, keys: SeenKeys, ledger: LedgerCounts) {
    this.file = file;
    this.next = file.first;
    this.#blockRows = blockRows;
    this.#keys = keys;
    this.#ledger = ledger;
    this.#insertWords = file.prepare('insert into words(rowid, body) values(?, ?)');
    this.#resources = new Origins(file, 'resource');
    this.#scopes = new Origins(file, 'scope');
    this.recover();
  }

  /**
   * Makes what is in memory again from the file: at start, and after a transaction that failed, since memory has its
   * rows and the file has not.
   */
  recover(): void {
    const { file } = this;
    this.#resources = new Origins(file, 'resource');
    this.#scopes = new Origins(file, 'scope');
    this.#chunk.clear();
    this.#keys.drop(file);
    for (const block of keyBlocks(file)) this.#keys.sealed(block);
    this.#beginBlock();
    const sealed = file.prepare('select first + n as last from block order by id desc limit 1').get()?.last;
    const from = typeof sealed === 'number' ? sealed : file.first;
    this.next = from;
    // What is in the file stays, however large it is.
    this.#leaves.maxValues = Number.POSITIVE_INFINITY;
    // A chunk may have begun in the block before.
    const chunks = file.prepare(
      'select seq, at, bytes from chunk where seq + n > ? and seq > ? order by seq',
    );
    for (const row of chunks.iterate(from, from - CHUNK_RECORDS)) {
      const { bytes, records } = readChunk(row.bytes as Uint8Array);
      const walker = new RecordWalker(bytes, this.#root, this.#leaves);
      for (const [index, record] of records.entries()) {
        if ((row.seq as number) + index < from) continue;
        this.#leaves.clear();
        walker.walk(record.isSpan, record.start, record.end);
        const timeMs = walker.timeMs || (row.at as number);
        this.#keep(walker, record.resource, record.scope, timeMs, recordKey(walker, timeMs));
      }
    }
  }

  /**
   * Adds the records of a request that are not there yet; inside of a transaction.
   * @param arrivedMs - the time of those without one
   */
  add(signal: 'logs' | 'traces', bytes: Uint8Array, arrivedMs = wallClockMs()): Stored {
    const walker = new RecordWalker(bytes, this.#root, this.#leaves);
    const isSpan = signal === 'traces';
    this.#arrivedMs = arrivedMs;
    this.#leaves.maxValues = MAX_VALUES;
    let [stored, repeated] = [0, 0];
    splitRequest(bytes, ({ resource, scope }, start, end) => {
      this.#leaves.clear();
      walker.walk(isSpan, start, end);
      const timeMs = walker.timeMs || this.#arrivedMs;
      const key = recordKey(walker, timeMs);
      const isRepeated = this.#keys.has(key);
      this.#ledger.add(serviceOf(resource), walker.name, timeMs, isSpan, isRepeated);
      if (isRepeated) {
        repeated++;
        return;
      }
      stored++;
      const origin = { resource: this.#resources.idOf(resource), scope: this.#scopes.idOf(scope) };
      this.#chunk.add(isSpan, origin.resource, origin.scope, bytes, start, end);
      this.#index(walker);
      this.#keep(walker, origin.resource, origin.scope, timeMs, key);
      if (this.#chunk.records === CHUNK_RECORDS || this.#chunk.bytes > CHUNK_BYTES) this.#writeChunk();
      if (this.#block.rows === this.#blockRows) this.seal();
    });
    return { stored, repeated };
  }

  /** Writes what is held of a transaction's records: its last step. */
  flush(): void {
    if (this.#chunk.records > 0) this.#writeChunk();
  }

  /** Writes the columns of the rows that are in no block yet; inside of a transaction. */
  seal(): void {
    const { rows, keyLoMs, keyHiMs } = this.#block;
    if (rows === 0) return;
    const first = this.next - rows;
    const id = writeBlock(this.file, this.#block, first);
    if (!this.#block.hasArrivalTimes) mergeChunks(this.file, first, this.next);
    this.#keys.sealed({ file: this.file, id, first, keyLoMs, keyHiMs });
    this.#beginBlock();
  }

  get rows(): number {
    return this.next - this.file.first;
  }

  /** The times of the open block's rows. */
  get range(): { readonly loMs: number; readonly hiMs: number } {
    return this.#block;
  }

  #beginBlock(): void {
    this.#block = new BlockBuilder();
    this.#keys.sealed(undefined);
    if (this.#root.size > MAX_NODES / 2) this.#root = PathNode.root(MAX_NODES);
  }

  #keep(walker: RecordWalker, resource: number, scope: number, timeMs: number, key: RecordKey): void {
    this.#leaves.fill(this.#block);
    this.#block.add(walker, { resource, scope }, timeMs, key);
    if (walker.timeMs === 0) this.#block.hasArrivalTimes = true;
    this.#keys.add(key);
    this.next++;
  }

  #index(record: RecordWalker): void {
    const { name, body, traceId } = record;
    const texts = this.#texts;
    texts.clear();
    if (name !== '') texts.add(name);
    if (name !== '' && body === name) this.#leaves.bodyTexts.length = 0;
    if (traceId !== '') texts.addId(traceId);
    this.#leaves.eachText(record, texts.add);
    const { words } = texts;
    if (words !== '') this.#insertWords.run(this.next, words);
  }

  #writeChunk(): void {
    const { records } = this.#chunk;
    const insert = this.file.prepare('insert into chunk(seq, n, at, bytes) values(?, ?, ?, ?)');
    insert.run(this.next - records, records, this.#arrivedMs, this.#chunk.take());
  }
}

function* keyBlocks(file: EventFile): Generator<Parameters<SeenKeys['sealed']>[0]> {
  const blocks = file.prepare(
    'select id, first, key_lo as keyLoMs, key_hi as keyHiMs from block where key_lo is not null',
  );
  for (const block of blocks.all())
    yield { file, ...(block as { id: number; first: number; keyLoMs: number; keyHiMs: number }) };
}
