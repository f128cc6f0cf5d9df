import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { isPlainObject } from '../../../src/is-plain-object.ts';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import type { Query } from '../../../src/viewer/query/query.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';
import { answerQuestion, type Questions } from '../../../src/viewer/store/read/answer-question.ts';
import { csvTable } from '../../../src/viewer/table/csv-table.ts';
import { rowsTable, storeTable } from '../../../src/viewer/table/table-source.ts';
import { storeUnderTest, wired } from '../store/store-under-test.ts';

const ALL = { where: undefined, range: {} };
const BOUNDS = { withinMs: 60_000 };

const name = fc.constantFrom('a', 'b', 'a.b', 'time', '7', '', '__proto__', 'a,"b"', '=1', 'ü');
const text = fc.constantFrom(
  '',
  'x',
  '=1+1',
  '\ttab',
  'a,b',
  '"',
  'two\r\nlines',
  'ü',
  '＝1',
  "'",
  'a\u0000',
);
const { value } = fc.letrec<{ value: OtlpObject }>((tie) => ({
  value: fc.oneof(
    text.map((stringValue) => ({ stringValue })),
    fc.constantFrom('0', '-5', '9007199254740993').map((intValue) => ({ intValue })),
    fc.constantFrom<number | string>(0.5, 3, -0, 'NaN').map((doubleValue) => ({ doubleValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.constant({}),
    fc.constant({ bytesValue: 'AQI=' }),
    fc.array(tie('value'), { maxLength: 2 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: name, value: tie('value') }), { maxLength: 3 })
      .map((values) => ({ kvlistValue: { values } })),
  ),
}));
const record = fc.record({
  // Out of order, and some at the same time.
  ms: fc.integer({ min: 0, max: 50 }),
  attributes: fc.array(fc.record({ key: name, value }), { maxLength: 5 }),
  body: value,
});

test('CSV and JSON of a store are what its rows say, whatever order they came in', async (t) => {
  const property = fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (records) => {
    const { store, rows } = await filled(t, records);
    const [csv, json] = [
      storeTable(store, ALL, { order: 'oldest', ...BOUNDS }),
      storeTable(store, ALL, BOUNDS),
    ];
    assert.equal(await joined(csvTable(csv)), plainCsv(rows));
    assert.equal(await joined(json.lines()), jsonLines(rows.toReversed()));
    const handed = rowsTable(async function* () {
      yield rows.slice(0, 7);
      yield rows.slice(7);
    });
    assert.equal(await joined(csvTable(handed)), plainCsv(rows));
  });
  await fc.assert(property, { numRuns: 25 });
});

test('a table of many parts has each row once, and columns in the order in which they come', async (t) => {
  const records = Array.from({ length: 2501 }, (_, at) => ({
    // Each second one is of the other half of the time: places differ from the order of arrival.
    ms: at % 2 === 0 ? at : 10_000 - at,
    attributes: [{ key: `k${at % 9}`, value: { intValue: String(at) } }],
    body: { stringValue: 'x'.repeat(at % 500 === 0 ? 1_500_000 : 10) },
  }));
  const { store, rows } = await filled(t, records);
  const read: number[] = [];
  const onRows = (count: number): void => void read.push(count);
  assert.equal(
    await joined(csvTable(storeTable(store, ALL, { order: 'oldest', ...BOUNDS, onRows }))),
    plainCsv(rows),
  );
  const passes = read.filter((count) => count === 2501).length;
  assert.deepEqual([passes, read.length > 4], [2, true], 'what has been read is told, for each pass');
});

async function filled(
  t: TestContext,
  records: readonly { ms: number; attributes: unknown; body: OtlpObject }[],
) {
  const { writer, reader } = storeUnderTest(t, { blockRows: 1000, fileRows: 4000 });
  const asked =
    <Name extends 'columns' | 'lines' | 'page'>(name: Name) =>
    async (query: Query, options: object): Promise<Questions[Name]['answer']> =>
      answerQuestion(reader, name, { query, options } as Questions[Name]['given']);
  const store = { columns: asked('columns'), lines: asked('lines'), page: asked('page') };
  const logRecords = records.map(({ ms, attributes, body }, at) => ({
    timeUnixNano: `${1_796_025_600_000 + ms}000000`,
    eventName: at % 3 === 0 ? '' : '-name',
    attributes,
    body,
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] };
  const request = { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] } as never;
  writer.ingest([wired(OtlpRequest.from('logs', request))]);
  reader.refreshFiles();
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.page(ALL, { order: 'oldest', limit: 1000, cursor, ...BOUNDS });
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== undefined);
  assert.equal(rows.length, records.length);
  return { store, rows };
}

async function joined(parts: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const part of parts) all.push(part);
  return all.join('');
}

function jsonLines(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** As it is told in docs/terminal.md, without any haste. */
function plainCsv(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ attributes }) => flat(attributes).map(([one]) => one)))];
  const fixed = 'time,kind,severity,name,service,trace,span,parent,duration,status,body'.split(',');
  const titles = [...fixed];
  for (const one of names) {
    let free = one;
    while (titles.includes(free)) free = `attributes.${free}`;
    titles.push(free);
  }
  const lines = rows.map((row) => {
    const own = new Map(flat(row.attributes));
    const time = `${new Date(row.timeMs).toISOString().slice(0, -1)}000000Z`;
    const cells = [time, row.kind, row.severity, row.name, row.service, row.traceId, row.spanId];
    const more = [row.parentSpanId, row.durationMs, row.status, row.body];
    return [...cells, ...more, ...names.map((one) => own.get(one))];
  });
  return [titles, ...lines].map((cells) => `${cells.map(plainCell).join(',')}\r\n`).join('');
}

function flat(map: object, before = ''): [string, unknown][] {
  return Object.entries(map).flatMap(([key, one]): [string, unknown][] => {
    const hasMore = isPlainObject(one) && Object.keys(one).length > 0;
    return hasMore ? flat(one, `${before}${key}.`) : [[before + key, one]];
  });
}

function plainCell(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const own = typeof cell === 'string' ? cell : JSON.stringify(cell);
  const safe = '=+-@\t\r\n＋－＝＠'.includes(own[0] ?? ' ') ? `'${own}` : own;
  return /[",\r\n]/.test(safe) ? `"${safe.split('"').join('""')}"` : safe;
}
