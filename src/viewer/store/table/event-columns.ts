import { OtelEventsError } from '../../../errors.ts';
import type { Row } from '../event-store.ts';
import { flatAttributes } from './flat-attributes.ts';

/** Rows in a fixed order, from the beginning each time it is called. */
export type ReadRows = () => AsyncIterable<readonly Row[]>;

/** What a column holds: `time` is nanoseconds of the Unix epoch, `whole` integers up to 2^53, `text` anything as a text. */
export type ColumnKind = 'time' | 'whole' | 'number' | 'flag' | 'text';

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

/** How rows are told as a table: the columns that every row has, and one for each attribute that any of them has. */
export class EventColumns {
  /** In the order in which they were seen first; undefined where there was only `null`. */
  readonly #attributes = new Map<string, ColumnKind | undefined>();
  #lastId = -1;
  #rows = 0;

  /** Of all rows. @throws OtelEventsError `OPTION_INVALID` for more columns than readers take */
  static async of(read: ReadRows): Promise<EventColumns> {
    const columns = new EventColumns();
    for await (const rows of read()) for (const row of rows) columns.#add(row);
    return columns;
  }

  #add({ id, attributes }: Row): void {
    this.#lastId = Math.max(this.#lastId, Number(id));
    for (const [name, value] of flatAttributes(attributes)) {
      this.#attributes.set(name, widest(this.#attributes.get(name), kindOf(value)));
    }
    this.#rows++;
    const width = FIXED.length + this.#attributes.size;
    if (width > MAX_COLUMNS) throw tooWide(`more than ${MAX_COLUMNS} columns`);
    if (width > WIDE && width * this.#rows > MAX_PLACES)
      throw tooWide(`more than ${WIDE} columns and ${MAX_PLACES} places`);
  }

  /** False for a row that came after the columns were looked for: it may have some that the table does not have. */
  has({ id, attributes }: Row): boolean {
    if (Number(id) > this.#lastId) return false;
    return flatAttributes(attributes).every(([name, value]) => {
      const known = this.#attributes.get(name);
      return this.#attributes.has(name) && widest(known, kindOf(value)) === known;
    });
  }

  /** An attribute with the name of a column gets the name that queries have for it. */
  all(): EventColumn[] {
    const taken = new Set(FIXED.map(([name]) => name));
    const attributes = [...this.#attributes].map(([name, kind = 'text']) => {
      let free = name;
      while (taken.has(free)) free = `attributes.${free}`;
      taken.add(free);
      return { name: free, kind };
    });
    return [...FIXED.map(([name, kind]) => ({ name, kind })), ...attributes];
  }

  /** The values of a row, by column. */
  cells(row: Row): unknown[] {
    const attributes = new Map(flatAttributes(row.attributes));
    const more = [...this.#attributes.keys()].map((name) => attributes.get(name));
    return [...FIXED.map(([, , of]) => of(row)), ...more];
  }
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
  if (one === undefined || one === other) return other;
  if (other === undefined) return one;
  const areNumbers = [one, other].every((kind) => kind === 'whole' || kind === 'number');
  return areNumbers ? 'number' : 'text';
}
