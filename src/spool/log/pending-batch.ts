import type { Signal } from '../../otlp/wire/batch.ts';
import type { Header } from './definitions.ts';
import { signalOf } from './layout.ts';
import type { Runs } from './runs.ts';
import { fieldAt, type SpoolBatch } from './spool-batch.ts';

/** What the ids in records stand for. */
export interface Lookup {
  header(id: number): Header | undefined;
  name(id: number): string;
}

/** What was collected for a batch. */
export interface Collected {
  /** One of {@link KIND}. */
  readonly kind: number;
  readonly headerId: number;
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
  readonly positions: readonly number[];
  readonly nameIds: Runs;
  readonly timesMs: Runs;
  readonly from: number;
}

/** A batch to be sent whose names and times are spelt out only for those who ask: most senders need the bytes alone. */
export class PendingBatch implements SpoolBatch {
  readonly signal: Signal;
  readonly header: Header;
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly ends: readonly number[];
  readonly positions: readonly number[];
  readonly nameIds: Runs;
  readonly from: number;
  readonly to: number;
  readonly #lookup: Lookup;
  readonly #times: Runs;
  #names: readonly string[] | undefined;
  #timesMs: readonly number[] | undefined;

  constructor(collected: Collected, lookup: Lookup) {
    const { kind, headerId, bytes, ends, positions, nameIds, timesMs, from } = collected;
    this.signal = signalOf({ kind });
    this.header = lookup.header(headerId) ?? { resource: Buffer.alloc(0), scope: Buffer.alloc(0) };
    this.bytes = bytes;
    this.count = ends.length;
    this.ends = ends;
    this.positions = positions;
    this.nameIds = nameIds;
    this.from = from;
    this.to = positions.at(-1) ?? from;
    this.#times = timesMs;
    this.#lookup = lookup;
  }

  get names(): readonly string[] {
    this.#names ??= this.nameIds.expand((id) => this.#lookup.name(id));
    return this.#names;
  }

  get timesMs(): readonly number[] {
    this.#timesMs ??= this.#times.expand((timeMs) => timeMs);
    return this.#timesMs;
  }

  /** The records at `indexes`, which grow, as a batch of its own. */
  pick(indexes: readonly number[]): SpoolBatch {
    const ends: number[] = [];
    const fields = indexes.map((index) => fieldAt(this, index));
    for (const field of fields) ends.push((ends.at(-1) ?? 0) + field.length);
    const of = <T>(values: readonly T[]): T[] => indexes.map((index) => values[index] as T);
    const positions = of(this.positions);
    return {
      signal: this.signal,
      header: this.header,
      bytes: Buffer.concat(fields),
      count: indexes.length,
      ends,
      positions,
      names: of(this.names),
      timesMs: of(this.timesMs),
      from: this.positions[(indexes[0] ?? 0) - 1] ?? this.from,
      to: positions.at(-1) ?? this.from,
    };
  }
}
