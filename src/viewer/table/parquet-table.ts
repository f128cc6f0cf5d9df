import zlib from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnKind } from '../store/event-store.ts';
import { columnsOf, type TableSource } from './table-source.ts';

/** What is held in memory: a row group, bounded in rows, in places of a wide table, and in characters of its texts. */
const GROUP_ROWS = 16_384;
const GROUP_PLACES = 4 * 1024 * 1024;
const GROUP_CHARACTERS = 8 * 1024 * 1024;

/** The last nanosecond that a timestamp of 64 bits has, in the year 2262. */
const MAX_NANOS = 2n ** 63n - 1n;

const TYPES: Readonly<Record<ColumnKind, Omit<SchemaElement, 'name'>>> = {
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } },
  whole: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

/**
 * Rows as a Parquet file (packed with zstd), a row group at a time; all rows are read once before, for the columns and what
 * they hold. The file can be read when it is whole.
 * @see https://parquet.apache.org/docs/file-format/
 */
export async function* parquetTable(source: TableSource): AsyncGenerator<Uint8Array> {
  const columns = await columnsOf(source);
  const all = columns.all();
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: all.length },
      ...all.map(({ name, kind }) => ({ name, repetition_type: 'OPTIONAL' as const, ...TYPES[kind] })),
    ],
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zlib.zstdCompressSync(input) },
    createdBy: 'otel-events',
  });
  let group = new RowGroup(all.length);
  const write = (): Uint8Array => {
    const columnData = all.map(({ name }, at) => ({ name, data: group.columns[at] as unknown[] }));
    void file.write({ columnData, rowGroupSize: GROUP_ROWS });
    group = new RowGroup(all.length);
    return taken(bytes);
  };
  for await (const rows of source.rows()) {
    for (const row of rows) {
      const cells = columns.cells(row);
      if (cells === undefined) continue;
      group.add(all.map(({ kind }, at) => VALUES[kind](cells[at])));
      if (group.isFull) yield write();
    }
  }
  if (group.rows > 0) yield write();
  void file.finish();
  yield taken(bytes);
}

/** What was written since; the place in the file goes on. */
function taken(bytes: ByteWriter): Uint8Array {
  const part = bytes.getBytes().slice();
  bytes.index = 0;
  return part;
}

class RowGroup {
  readonly columns: unknown[][];
  rows = 0;
  #characters = 0;

  constructor(width: number) {
    this.columns = Array.from({ length: width }, () => []);
  }

  get isFull(): boolean {
    const places = (this.rows + 1) * this.columns.length;
    return this.rows === GROUP_ROWS || places > GROUP_PLACES || this.#characters >= GROUP_CHARACTERS;
  }

  add(values: readonly unknown[]): void {
    this.rows++;
    for (const [at, value] of values.entries()) {
      this.columns[at]?.push(value);
      if (typeof value === 'string') this.#characters += value.length;
    }
  }
}

/** What is written for a cell; undefined is no value. */
const VALUES: Readonly<Record<ColumnKind, (cell: unknown) => unknown>> = {
  time: (cell) => ((cell as bigint) > MAX_NANOS ? undefined : cell),
  whole: (cell) => (isNone(cell) ? undefined : BigInt(cell as number)),
  number: (cell) => (isNone(cell) ? undefined : cell),
  flag: (cell) => (isNone(cell) ? undefined : cell),
  text: (cell) => {
    if (isNone(cell)) return undefined;
    return typeof cell === 'string' ? cell : JSON.stringify(cell);
  },
};

function isNone(cell: unknown): boolean {
  return cell === undefined || cell === null;
}
