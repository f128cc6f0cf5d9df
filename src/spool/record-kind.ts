import type { Signal } from '../otlp/batch.ts';
import type { Cursor } from './cursor.ts';
import type { Segment } from './segment.ts';

/** What records of one kind have in common; made once by `Spool.kind`, used for each `append`. */
export class RecordKind {
  readonly signal: Signal;
  readonly headerId: number;
  readonly nameId: number;
  readonly name: string;
  /** A bit for each sink. */
  readonly sinks: number;
  readonly cursors: readonly Cursor[];
  /** The segment known to hold all that records of this kind refer to. */
  definedIn: Segment | undefined;

  constructor(signal: Signal, headerId: number, nameId: number, name: string, cursors: readonly Cursor[]) {
    this.signal = signal;
    this.headerId = headerId;
    this.nameId = nameId;
    this.name = name;
    this.cursors = cursors;
    this.sinks = cursors.reduce((mask, { bit }) => (mask | (1 << bit)) >>> 0, 0);
  }
}
