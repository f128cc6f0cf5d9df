import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Row } from '../../../src/viewer/store/event-store.ts';
import { csvTable } from '../../../src/viewer/table/csv-table.ts';
import { parquetTable } from '../../../src/viewer/table/parquet-table.ts';
import { rowsTable } from '../../../src/viewer/table/table-source.ts';

function row(id: number, attributes: Row['attributes'], more: Partial<Row> = {}): Row {
  const timeUnixNano = String(1_796_025_600_123_456_789n + BigInt(id));
  const fixed = { kind: 'event', name: 'n', severity: 9, service: 's', resource: {}, scope: '' } as const;
  return { id: String(id), timeMs: Number(timeUnixNano) / 1e6, timeUnixNano, ...fixed, attributes, ...more };
}

async function* pages(...all: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* all;
}

async function collected<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

async function file(parts: AsyncIterable<Uint8Array>): Promise<ArrayBuffer> {
  const bytes = Buffer.concat(await collected(parts));
  return new Uint8Array(bytes).buffer;
}

/** By another program's reader; times as they are stored. */
function read(buffer: ArrayBuffer): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({
    file: buffer,
    compressors: { ZSTD: (input) => new Uint8Array(zlib.zstdDecompressSync(input)) },
    parsers: { timestampFromNanoseconds: (nanos: bigint) => nanos } as never,
  });
}

test('attributes whose values agree have a type, others are texts; nothing is null', async () => {
  const rows = [
    row(0, { whole: 1, number: 1, flag: true, mixed: 1, list: [1, { a: 2 }], map: { in: 'x' }, none: null }),
    row(
      1,
      { whole: -5, number: 0.5, flag: false, mixed: 'a', text: 'ü\u0000', time: 'own' },
      { body: { b: 1 } },
    ),
    row(
      2,
      {},
      { kind: 'span', durationMs: 1.25, traceId: 'ab', status: 'ok', timeUnixNano: '18446744073709551615' },
    ),
  ];
  const [first, second, third] = await read(
    await file(parquetTable(rowsTable(() => pages(rows.slice(0, 2), rows.slice(2))))),
  );
  assert.deepEqual(first, {
    time: 1_796_025_600_123_456_789n,
    kind: 'event',
    severity: 9n,
    name: 'n',
    service: 's',
    trace: null,
    span: null,
    parent: null,
    duration: null,
    status: null,
    body: null,
    whole: 1n,
    number: 1,
    flag: true,
    mixed: '1',
    list: '[1,{"a":2}]',
    'map.in': 'x',
    none: null,
    text: null,
    'attributes.time': null,
  });
  const {
    whole,
    number,
    flag,
    mixed,
    text,
    body,
    'attributes.time': own,
  } = second as Record<string, unknown>;
  assert.deepEqual(
    [whole, number, flag, mixed, text, body, own],
    [-5n, 0.5, false, 'a', 'ü\u0000', '{"b":1}', 'own'],
  );
  // A timestamp of 64 bits ends in the year 2262.
  const { time, duration, trace, status } = third as Record<string, unknown>;
  assert.deepEqual([time, duration, trace, status], [null, 1.25, 'ab', 'ok']);
});

test('a row group has so many rows, or so long texts, and no more', async () => {
  const buffer = await file(
    parquetTable(
      rowsTable(async function* () {
        for (let at = 0; at < 40_000; at += 500)
          yield Array.from({ length: 500 }, (_, place) => row(at + place, { n: at + place }));
      }),
    ),
  );
  const groups = parquetMetadata(buffer).row_groups.map(({ num_rows }) => Number(num_rows));
  assert.deepEqual(groups, [16_384, 16_384, 40_000 - 2 * 16_384]);
  const rows = await read(buffer);
  assert.deepEqual([rows.length, rows[39_999]?.n], [40_000, 39_999n]);
  const long = Array.from({ length: 20 }, (_, at) => row(at, { text: 'x'.repeat(1024 * 1024) }));
  const parts = parquetMetadata(await file(parquetTable(rowsTable(() => pages(long))))).row_groups;
  assert.deepEqual(
    parts.map(({ num_rows }) => Number(num_rows)),
    [8, 8, 4],
  );
});

test('rows that came after the columns were looked for are not in a table that has no place for them', async () => {
  let times = 0;
  const read2 = () =>
    times++ === 0
      ? pages([row(0, { a: 1 }), row(5, { a: 2 })])
      : pages([
          row(0, { a: 1 }),
          row(3, { a: 'text' }),
          row(4, { b: 1 }),
          row(5, { a: 2 }),
          row(6, { a: 3 }),
        ]);
  const rows = await read(await file(parquetTable(rowsTable(read2))));
  assert.deepEqual(
    rows.map(({ a }) => a),
    [1n, 2n],
  );
});

test('Parquet and CSV have the same columns and rows; none is a file without rows', async () => {
  const rows = [row(0, { b: 1, a: 'x' }), row(1, { c: [1] })];
  const parts = await collected(csvTable(rowsTable(() => pages(rows))));
  const [titles = '', ...records] = parts.join('').trimEnd().split('\r\n');
  const table = await read(await file(parquetTable(rowsTable(() => pages(rows)))));
  assert.deepEqual([titles.split(','), records.length], [Object.keys(table[0] ?? {}), table.length]);
  const empty = await file(parquetTable(rowsTable(() => pages([]))));
  assert.equal(Number(parquetMetadata(empty).num_rows), 0);
});

test('more columns than readers take are refused before anything is written', async () => {
  const attributes = Object.fromEntries(Array.from({ length: 16_385 }, (_, at) => [`a${at}`, 1]));
  await assert.rejects(collected(parquetTable(rowsTable(() => pages([row(0, attributes)])))), {
    code: 'OPTION_INVALID',
  });
});

test('a table that names of attributes made of data make wide and empty is refused; a wide one with few rows is not', async () => {
  const own = (count: number) =>
    pages(Array.from({ length: count }, (_, at) => row(at, { [`order-${at}`]: 'x' })));
  for (const table of [csvTable, parquetTable])
    await assert.rejects(async () => collected<string | Uint8Array>(table(rowsTable(() => own(5000)))), {
      code: 'OPTION_INVALID',
    });
  const groups = parquetMetadata(await file(parquetTable(rowsTable(() => own(2200))))).row_groups;
  assert.deepEqual(
    groups.map(({ num_rows }) => Number(num_rows)),
    [1897, 303],
  );
});
