import path from 'node:path';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { Cursor, type RecordSource } from '../log/cursor.ts';
import type { Header } from '../log/definitions.ts';
import { KIND, type RecordView, signalOf } from '../log/layout.ts';
import type { Settlement } from '../log/outcome.ts';
import type { Segment } from '../log/segment.ts';
import { SegmentReader, type Visit } from '../log/segment-reader.ts';
import type { ReadLog } from './read-log.ts';

/** What a {@link ReadSource} gives, and whom it tells. */
export interface ReadSourceOptions {
  /** Chooses among the records that hold a field. Asked again each time one is read, so the answer must stay. */
  readonly isWanted: (record: RecordView) => boolean;
  readonly onSettled?: (settlement: Settlement) => void;
  /** All that is wanted before `position` is settled. */
  readonly onMoved?: (position: number) => void;
}

/** Whichever sinks a record was for, here it is for the one of its signal. */
const BITS: Readonly<Record<Signal, number>> = { logs: 0, traces: 1, metrics: 2 };

/**
 * The wanted records of a log, each once: a cursor for each signal, since a server may take only one of them. Reading is all that it does; settling is left to whoever owns the log.
 */
export class ReadSource implements RecordSource {
  readonly log: ReadLog;
  readonly cursors: Readonly<Record<Signal, Cursor>>;
  /** The sinks of the records that are wanted and pending, as a mask. */
  readonly pendingSinks: number;
  readonly #options: ReadSourceOptions;
  readonly #reader = new SegmentReader();
  readonly #segments: readonly Segment[];

  /** Reads all of `log` once, to count. */
  constructor(log: ReadLog, options: ReadSourceOptions) {
    this.log = log;
    this.#options = options;
    this.cursors = {
      logs: new Cursor(this, BITS.logs, 0),
      traces: new Cursor(this, BITS.traces, 0),
      metrics: new Cursor(this, BITS.metrics, 0),
    };
    let pendingSinks = 0;
    for (const record of log.read()) {
      if (!options.isWanted(record)) continue;
      this.cursors[signalOf(record)].added(record.position, record.nameId, record.to - record.from);
      pendingSinks |= log.pendingOf(record);
    }
    this.pendingSinks = pendingSinks >>> 0;
    this.#segments = log.segments
      .filter(({ records }) => records > 0)
      .map(({ base, end, file }) => ({ base, end, file, prelude: Buffer.alloc(0) }));
  }

  /** Wanted records that are not settled. */
  get pending(): number {
    return SIGNALS.reduce((sum, signal) => sum + this.cursors[signal].pending, 0);
  }

  get end(): number {
    return this.#segments.at(-1)?.end ?? 0;
  }

  /** The files lie in another directory now. */
  moveTo(directory: string): void {
    this.#reader.close();
    for (const segment of this.#segments)
      segment.file = path.join(directory, path.basename(segment.file ?? ''));
  }

  /** Lets go of the file that is being read. */
  close(): void {
    this.#reader.close();
  }

  get skips(): number {
    return this.#reader.skips;
  }

  visit(from: number, visit: Visit): number {
    const visitWanted: Visit = (record) => {
      const isWanted = record.kind !== KIND.definition && this.#options.isWanted(record);
      record.sinks = isWanted ? 1 << BITS[signalOf(record)] : 0;
      return visit(record);
    };
    let position = from;
    for (const segment of this.#segments) {
      if (segment.end <= position) continue;
      const at = this.#reader.visit(segment, Math.max(position, segment.base), segment.end, visitWanted);
      if (at < segment.end) return at;
      position = at;
    }
    return position;
  }

  header(id: number): Header | undefined {
    return this.log.header(id);
  }

  name(id: number): string {
    return this.log.definitions.name(id);
  }

  sinkName(bit: number): string {
    return SIGNALS.find((signal) => BITS[signal] === bit) ?? '';
  }

  moved(): void {
    const positions = Object.values(this.cursors).map(({ position }) => position);
    this.#options.onMoved?.(Math.min(...positions));
  }

  settled(settlement: Settlement): void {
    this.#options.onSettled?.(settlement);
  }
}
