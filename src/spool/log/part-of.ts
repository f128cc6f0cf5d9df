import type { SpoolBatch } from './cursor.ts';

/** The records of `batch` from index `start` up to, not including, `end`, as a batch; its bytes are a view. */
export function partOf(batch: SpoolBatch, start: number, end: number): SpoolBatch {
  if (start === 0 && end === batch.count) return batch;
  const { bytes, ends, positions, names, timesMs } = batch;
  const offset = ends[start - 1] ?? 0;
  return {
    signal: batch.signal,
    header: batch.header,
    bytes: bytes.subarray(offset, ends[end - 1]),
    count: end - start,
    ends: ends.slice(start, end).map((at) => at - offset),
    positions: positions.slice(start, end),
    names: names.slice(start, end),
    timesMs: timesMs.slice(start, end),
    from: positions[start - 1] ?? batch.from,
    to: positions[end - 1] ?? batch.to,
  };
}

/** Both halves of a batch of two records or more. */
export function halvesOf(batch: SpoolBatch): [SpoolBatch, SpoolBatch] {
  const middle = batch.count >>> 1;
  return [partOf(batch, 0, middle), partOf(batch, middle, batch.count)];
}
