import { csvCell } from '../../viewer/csv-cell.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import { flatAttributes } from './flat-attributes.ts';

/** What every row has a place for. */
const FIXED: readonly (readonly [title: string, of: (row: Row) => unknown])[] = [
  ['time', ({ timeUnixNano }) => isoNanos(BigInt(timeUnixNano))],
  ['kind', ({ kind }) => kind],
  ['severity', ({ severity }) => severity],
  ['name', ({ name }) => name],
  ['service', ({ service }) => service],
  ['trace', ({ traceId }) => traceId],
  ['span', ({ spanId }) => spanId],
  ['parent', ({ parentSpanId }) => parentSpanId],
  ['duration', ({ durationMs }) => durationMs],
  ['status', ({ status }) => status],
  ['body', ({ body }) => body],
];

/** Names of attributes by which rows are told in columns, in the order in which they were seen first. */
export class CsvColumns {
  readonly #names = new Set<string>();

  get count(): number {
    return FIXED.length + this.#names.size;
  }

  add({ attributes }: Row): void {
    for (const [name] of flatAttributes(attributes)) this.#names.add(name);
  }

  titles(): string {
    const taken = new Set(FIXED.map(([title]) => title));
    // An attribute with the name of a column gets the name that queries have for it.
    const names = [...this.#names].map((name) => (taken.has(name) ? `attributes.${name}` : name));
    return toCsv([...taken, ...names]);
  }

  line(row: Row): string {
    const attributes = new Map(flatAttributes(row.attributes));
    const more = [...this.#names].map((name) => attributes.get(name));
    return toCsv([...FIXED.map(([, of]) => of(row)), ...more]);
  }
}

/** One record of RFC 4180, without its line break's end. */
function toCsv(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r`;
}

/** `2026-11-30T09:15:02.123456789Z`. */
function isoNanos(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
