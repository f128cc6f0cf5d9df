import { CHUNK_BYTES, CHUNK_RECORDS, ChunkWriter, readChunk } from '../file/chunk.ts';
import type { EventFile } from '../file/event-file.ts';

/** Chunks of fewer records on average are put together: small ones compress badly. */
const FEW_RECORDS = 32;

interface ChunkRow {
  readonly seq: number;
  readonly n: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * Puts the chunks of a block's rows together, where requests were small; inside of a transaction. One that began in the block
 * before stays as it is. Not for blocks with a record that has no time of its own: its time is that at which its chunk came.
 * @param first - the number of the first row
 * @param end - the number behind the last
 */
export function mergeChunks(file: EventFile, first: number, end: number): void {
  const range = 'from chunk where seq >= ? and seq + n <= ?';
  const there = file.prepare(`select count(*) as chunks, sum(n) as n ${range}`).get(first, end);
  if (there === undefined || (there.n as number) >= FEW_RECORDS * (there.chunks as number)) return;
  const rows = file.prepare(`select seq, n, at, bytes ${range} order by seq`).all(first, end);
  const merged = new ChunkWriter();
  let parts: ChunkRow[] = [];
  const write = (): void => {
    const [head] = parts;
    if (head !== undefined && parts.length > 1) {
      for (const { seq } of parts) file.prepare('delete from chunk where seq = ?').run(seq);
      file
        .prepare('insert into chunk(seq, n, at, bytes) values(?, ?, ?, ?)')
        .run(head.seq, merged.records, head.at, merged.take());
    }
    merged.clear();
    parts = [];
  };
  for (const row of rows as unknown as ChunkRow[]) {
    const isFull = merged.records + row.n > CHUNK_RECORDS || merged.bytes > CHUNK_BYTES;
    if (isFull) write();
    parts.push(row);
    const { bytes, records } = readChunk(row.bytes);
    for (const record of records) {
      merged.add(record.isSpan, record.resource, record.scope, bytes, record.start, record.end);
    }
  }
  write();
}
