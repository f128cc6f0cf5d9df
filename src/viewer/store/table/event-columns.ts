import { OtelEventsError } from '../../../errors.ts';
import { isPlainObject } from '../../../is-plain-object.ts';
import type { ColumnKind, ColumnsSeen, Row } from '../event-store.ts';

export interface EventColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** More columns than any reader of tables takes. */
const MAX_COLUMNS = 16_384;

/**
 * Of a table with more columns than `WIDE`, the most places in all its rows. Names of attributes that are made of data give one
 * that is as wide as it is long, and empty: who makes it could do nothing else for minutes.
 */
const WIDE = 1000;
const MAX_PLACES = 20_000_000;

/** What every row has a place for. */
const FIXED: readonly (readonly [name: string, kind: ColumnKind, of: (row: Row) => unknown])[] = [
  ['time', 'time', ({ timeUnixNano }) => BigInt(timeUnixNano)],
  ['kind', 'text', ({ kind }) => kind],
  ['severity', 'whole', ({ severity }) => severity],
  ['name', 'text', ({ name }) => name],
  ['service', 'text', ({ service }) => service],
  ['trace', 'text', ({ traceId }) => traceId],
  ['span', 'text', ({ spanId }) => spanId],
  ['parent', 'text', ({ parentSpanId }) => parentSpanId],
  ['duration', 'number', ({ durationMs }) => durationMs],
  ['status', 'text', ({ status }) => status],
  ['body', 'text', ({ body }) => body],
];

/** An attribute that some row has. Several places may have its name, as `a.b` and `b` in `a`. */
interface Column {
  readonly name: string;
  /** Behind the columns that every row has. */
  readonly at: number;
  kind: ColumnKind | undefined;
  /** The first row that has it, and which of its attributes it is there. */
  firstRow: number;
  firstPlace: number;
}

/** Where attributes stand: found name by name, since to write `a.b` for each row takes longer than all else. */
interface Place {
  readonly name: string;
  column: Column | undefined;
  readonly inside: Map<string, Place>;
}

/** How rows are told as a table: the columns that every row has, and one for each attribute that any of them has. */
export class EventColumns {
  readonly #columns = new Map<string, Column>();
  readonly #root = placeOf('');
  #lastId = -1;
  #rows = 0;
  /** Attributes so far of the row that is being added. */
  #attributes = 0;

  static of(seen: ColumnsSeen): EventColumns {
    const columns = new EventColumns();
    columns.merge(seen);
    return columns;
  }

  /**
   * @param place - of the row among others, which may be added in another order
   * @throws OtelEventsError `OPTION_INVALID` for more columns than readers take
   */
  add({ id, attributes }: Pick<Row, 'id' | 'attributes'>, place: number): void {
    this.#lastId = Math.max(this.#lastId, Number(id));
    this.#attributes = 0;
    this.#addAll(this.#root, attributes, place);
    this.#addRows(1);
  }

  /** Those of further rows. @throws as `add` */
  merge({ attributes, lastId, rows }: ColumnsSeen): void {
    this.#lastId = Math.max(this.#lastId, lastId);
    for (const [name, kind] of attributes) {
      const column = this.#columnOf(name);
      column.kind = widest(column.kind, kind);
    }
    this.#addRows(rows);
  }

  #addRows(rows: number): void {
    this.#rows += rows;
    const width = FIXED.length + this.#columns.size;
    if (width > WIDE && width * this.#rows > MAX_PLACES)
      throw tooWide(`more than ${WIDE} columns and ${MAX_PLACES} places`);
  }

  /** In the order in which they were seen first, of those that were merged in the order of that. */
  seen(): ColumnsSeen {
    const inOrder = [...this.#columns.values()].sort(
      (one, other) => one.firstRow - other.firstRow || one.firstPlace - other.firstPlace,
    );
    return {
      attributes: inOrder.map(({ name, kind }) => [name, kind] as const),
      lastId: this.#lastId,
      rows: this.#rows,
    };
  }

  #addAll(parent: Place, map: Readonly<Record<string, unknown>>, row: number): void {
    for (const key in map) {
      const place = this.#inside(parent, key);
      const value = map[key];
      if (holdsOthers(value)) {
        this.#addAll(place, value, row);
        continue;
      }
      place.column ??= this.#columnOf(place.name);
      const { column } = place;
      column.kind = widest(column.kind, kindOf(value));
      this.#attributes++;
      if (row >= column.firstRow) continue;
      column.firstRow = row;
      column.firstPlace = this.#attributes;
    }
  }

  #inside(parent: Place, key: string): Place {
    let place = parent.inside.get(key);
    if (place === undefined) {
      place = placeOf(parent === this.#root ? key : `${parent.name}.${key}`);
      parent.inside.set(key, place);
    }
    return place;
  }

  #columnOf(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      const at = FIXED.length + this.#columns.size;
      column = { name, at, kind: undefined, firstRow: Number.POSITIVE_INFINITY, firstPlace: 0 };
      if (column.at >= MAX_COLUMNS) throw tooWide(`more than ${MAX_COLUMNS} columns`);
      this.#columns.set(name, column);
    }
    return column;
  }

  /** An attribute with the name of a column gets the name that queries have for it. */
  all(): EventColumn[] {
    const taken = new Set(FIXED.map(([name]) => name));
    const attributes = [...this.#columns].map(([name, { kind = 'text' }]) => {
      let free = name;
      while (taken.has(free)) free = `attributes.${free}`;
      taken.add(free);
      return { name: free, kind };
    });
    return [...FIXED.map(([name, kind]) => ({ name, kind })), ...attributes];
  }

  /**
   * The values of a row, by column. Undefined of a row that came after the columns were looked for: it may have some that the
   * table does not have.
   */
  cells(row: Row): unknown[] | undefined {
    if (Number(row.id) > this.#lastId) return undefined;
    const cells = new Array(FIXED.length + this.#columns.size).fill(undefined);
    for (let at = 0; at < FIXED.length; at++) cells[at] = FIXED[at]?.[2](row);
    return this.#fill(cells, this.#root, row.attributes) ? cells : undefined;
  }

  /** @returns false if there is no column for one of them */
  #fill(cells: unknown[], parent: Place, map: Readonly<Record<string, unknown>>): boolean {
    for (const key in map) {
      const place = this.#inside(parent, key);
      const value = map[key];
      if (holdsOthers(value)) {
        if (!this.#fill(cells, place, value)) return false;
        continue;
      }
      place.column ??= this.#columns.get(place.name);
      const { column } = place;
      if (column === undefined || widest(column.kind, kindOf(value)) !== column.kind) return false;
      cells[column.at] = value;
    }
    return true;
  }
}

function placeOf(name: string): Place {
  return { name, column: undefined, inside: new Map() };
}

/** Whether a value is a map with something in it: its attributes have columns, and it has none. */
function holdsOthers(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || !isPlainObject(value)) return false;
  for (const _ in value) return true;
  return false;
}

function tooWide(what: string): OtelEventsError {
  const fix = 'narrow the query, or take JSON lines';
  return new OtelEventsError('OPTION_INVALID', `a table of ${what}`, { fix });
}

function kindOf(value: unknown): ColumnKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'whole' : 'number';
  return typeof value === 'boolean' ? 'flag' : 'text';
}

/** What holds both. */
function widest(one: ColumnKind | undefined, other: ColumnKind | undefined): ColumnKind | undefined {
  if (one === other || other === undefined) return one;
  if (one === undefined) return other;
  const areNumbers = (one === 'whole' || one === 'number') && (other === 'whole' || other === 'number');
  return areNumbers ? 'number' : 'text';
}
