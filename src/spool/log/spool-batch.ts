import type { Signal } from '../../otlp/wire/batch.ts';
import type { Header } from './definitions.ts';

/** Records of one sink, signal and header, in order. Its bytes are its own: nothing overwrites them. */
export interface SpoolBatch {
  readonly signal: Signal;
  readonly header: Header;
  /** The encoded fields, one after the other. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where each field ends in `bytes`. */
  readonly ends: readonly number[];
  /** The position after each record: what `ack` takes. */
  readonly positions: readonly number[];
  readonly names: readonly string[];
  /** When each was appended, to the turn, in epoch milliseconds. */
  readonly timesMs: readonly number[];
  /** Position of the first record. */
  readonly from: number;
  /** The position after the last record. */
  readonly to: number;
}

/** How many log records or spans a batch holds, in its records or as them. */
export function itemsIn({ header, names, count }: SpoolBatch): number {
  return header.whole === undefined ? count : names.reduce((sum, name) => sum + Number(name), 0);
}

/** One field of a batch, as a view. */
export function fieldAt({ bytes, ends }: SpoolBatch, index: number): Uint8Array {
  return bytes.subarray(ends[index - 1] ?? 0, ends[index]);
}
