import type { Signal } from '../../otlp/wire/batch.ts';
import type { Cursor } from './cursor.ts';
import { KIND } from './layout.ts';
import type { Segment } from './segment.ts';

/** What records of one kind have in common; made once by `Spool.kind`, used for each `append`. */
export class RecordKind {
  /** As it stands in a record. */
  readonly kind: number;
  readonly headerId: number;
  readonly nameId: number;
  readonly name: string;
  /** A bit for each sink. */
  readonly mask: number;
  readonly cursors: readonly Cursor[];
  /** The segment known to hold all that records of this kind refer to. */
  definedIn: Segment | undefined;

  constructor(signal: Signal, headerId: number, nameId: number, name: string, cursors: readonly Cursor[]) {
    this.kind = KIND[signal];
    this.headerId = headerId;
    this.nameId = nameId;
    this.name = name;
    this.cursors = cursors;
    this.mask = cursors.reduce((mask, { bit }) => (mask | (1 << bit)) >>> 0, 0);
  }
}
