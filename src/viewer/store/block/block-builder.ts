import type { PathNode } from '../record/path-node.ts';
import type { RecordKey } from '../record/record-key.ts';
import type { LeafSink, RecordWalker } from '../record/record-walker.ts';
import { type Column, ColumnBuilder, type ColumnKind } from './column.ts';
import { attributeColumn, ROW_COLUMN } from './column-name.ts';

/** The most paths of attributes that have columns in a block: keys may be made of data. Values at others stay in their rows. */
const MAX_PATHS = 512;

const MAX_NAME_LENGTH = 520;

/** The longest text in a column; longer ones stay in their rows. */
export const MAX_TEXT = 256;

/** Where the store has a record's resource and scope. */
export interface Origin {
  readonly resource: number;
  readonly scope: number;
}

/** The columns at one place. */
class Slot {
  readonly block: BlockBuilder;
  readonly #columns: { [kind in ColumnKind]?: ColumnBuilder } = {};

  constructor(block: BlockBuilder) {
    this.block = block;
  }

  of(kind: ColumnKind): ColumnBuilder {
    const known = this.#columns[kind];
    if (known !== undefined) return known;
    const made = new ColumnBuilder(kind);
    this.#columns[kind] = made;
    return made;
  }

  find(kind: ColumnKind): ColumnBuilder | undefined {
    return this.#columns[kind];
  }

  all(): ColumnBuilder[] {
    return Object.values(this.#columns);
  }
}

/** Makes the columns of a block from its rows, one by one. */
export class BlockBuilder implements LeafSink {
  /** How many rows are complete. */
  rows = 0;
  loMs = Number.POSITIVE_INFINITY;
  hiMs = Number.NEGATIVE_INFINITY;
  /** The range of times under which the rows' keys are looked for. */
  keyLoMs = Number.POSITIVE_INFINITY;
  keyHiMs = Number.NEGATIVE_INFINITY;
  /** Some rows have no time of their own. */
  hasArrivalTimes = false;
  readonly times: number[] = [];
  /** Of each row its key's hash, 0 without one. */
  readonly keys: number[] = [];
  readonly #slots = new Map<string, Slot>();
  readonly #rowSlots = new Map<string, Slot>();

  text(place: PathNode, value: string): void {
    const slot = this.#slotOf(place);
    if (slot === undefined) this.#rest();
    else if (value.length > MAX_TEXT || place.isUid) slot.of('held').hold(this.rows);
    else slot.of('text').text(this.rows, value);
  }

  number(place: PathNode, value: number): void {
    const slot = this.#slotOf(place);
    if (slot === undefined) this.#rest();
    else slot.of('number').code(this.rows, value);
  }

  flag(place: PathNode, value: boolean | null): void {
    const slot = this.#slotOf(place);
    if (slot === undefined) this.#rest();
    else slot.of('flag').code(this.rows, value === null ? 2 : value ? 1 : 0);
  }

  bodyText(): void {
    // The body comes as a whole, with its record.
  }

  /** Ends a row, whose values have come before. */
  add(record: RecordWalker, { resource, scope }: Origin, timeMs: number, key: RecordKey): void {
    const { rows } = this;
    const { isSpan, name } = record;
    this.#row(ROW_COLUMN.kind)
      .of('text')
      .text(rows, isSpan ? 'span' : name === '' ? 'log' : 'event');
    this.#row(ROW_COLUMN.severity).of('number').code(rows, record.severity);
    this.#row(ROW_COLUMN.resource).of('number').code(rows, resource);
    this.#row(ROW_COLUMN.scope).of('number').code(rows, scope);
    this.#optional(ROW_COLUMN.name, name);
    this.#optional(ROW_COLUMN.trace, record.traceId);
    this.#optional(ROW_COLUMN.span, record.spanId);
    this.#optional(ROW_COLUMN.parent, record.parentId);
    if (isSpan) this.#row(ROW_COLUMN.status).of('text').text(rows, record.status);
    if (record.durationMs !== undefined) {
      this.#row(ROW_COLUMN.duration).of('number').code(rows, record.durationMs);
    }
    if (record.body !== undefined) this.#body(record.body);
    this.#end(key, timeMs);
  }

  #body(body: string): void {
    const slot = this.#row(ROW_COLUMN.body);
    if (body.length > MAX_TEXT) slot.of('held').hold(this.rows);
    else slot.of('text').text(this.rows, body);
  }

  #end({ hash, ms }: RecordKey, timeMs: number): void {
    this.keys.push(hash);
    if (hash !== 0) {
      this.keyLoMs = Math.min(this.keyLoMs, ms);
      this.keyHiMs = Math.max(this.keyHiMs, ms);
    }
    this.times.push(timeMs);
    if (timeMs < this.loMs) this.loMs = timeMs;
    if (timeMs > this.hiMs) this.hiMs = timeMs;
    this.rows++;
  }

  /** A column as it is now. */
  column(name: string, kind: ColumnKind): Column | undefined {
    return (this.#rowSlots.get(name) ?? this.#slots.get(name))?.find(kind)?.column(this.rows);
  }

  /** All columns: the name and what is in it. */
  *columns(): Generator<[string, ColumnBuilder]> {
    for (const slots of [this.#rowSlots, this.#slots]) {
      for (const [name, slot] of slots) for (const column of slot.all()) yield [name, column];
    }
  }

  #optional(name: string, value: string): void {
    if (value !== '') this.#row(name).of('text').text(this.rows, value);
  }

  /** Notes that the row has values without a column. */
  #rest(): void {
    this.#row(ROW_COLUMN.rest).of('held').hold(this.rows);
  }

  #row(name: string): Slot {
    const known = this.#rowSlots.get(name);
    if (known !== undefined) return known;
    const made = new Slot(this);
    this.#rowSlots.set(name, made);
    return made;
  }

  /** @returns undefined of a path without column. Two nodes may have the same path: `a.b` as a name, and `b` in `a`. */
  #slotOf(place: PathNode): Slot | undefined {
    const known = place.slot as Slot | undefined;
    if (known !== undefined && known.block === this) return known;
    const name = attributeColumn(place.path);
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      if (this.#slots.size >= MAX_PATHS || name.length > MAX_NAME_LENGTH) return undefined;
      slot = new Slot(this);
      this.#slots.set(name, slot);
    }
    place.slot = slot;
    return slot;
  }
}
