// Event files of both collectors go through the real OpenTelemetry Collector, whose own exporter writes them to ClickHouse's
// own engine. What the queries of collector/clickhouse/ answer is compared with what is counted here, from the files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startCollector } from '../../src/collector/index.ts';
import { readPage } from '../guides/read-guide.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requirePython } from '../services/require-python.ts';
import { requireService } from '../services/require-service.ts';
import { type Otelcol, startOtelcol, validateOtelcol } from '../services/start-otelcol.ts';
import { CLICKHOUSE } from './environments.ts';
import { eventsInFile, type FileEvent } from './event-files.ts';
import { CLICKHOUSE_FILES, type Clickhouse, startClickhouse } from './start-clickhouse.ts';

const CLI = path.join(import.meta.dirname, '../../src/cli/main.ts');
const STEPS = ['product.viewed', 'cart.item_added', 'checkout.started', 'order.paid'];
const TWO_HOURS_NS = 7_200_000_000_000n;
const MONTH_NS = 31n * 24n * 3_600_000_000_000n;
const ALL_TIME = { from: '2000-01-01 00:00:00', to: '2100-01-01 00:00:00' };

/** What a test asks for differently: no compression, which the engine's little server does not know, and no waiting. */
const FOR_TESTS = `
exporters:
  clickhouse:
    compress: none
    sending_queue: { batch: { flush_timeout: 100ms } }
  clickhouse/own_table:
    endpoint: \${env:OTEL_EVENTS_CLICKHOUSE}
    compress: none
    database: scratch
service:
  pipelines:
    logs/own_table: { receivers: [otlp], exporters: [clickhouse/own_table] }
    # The store of the configuration below this one is not here.
    logs/store: { exporters: [nop, count/events] }
`;

const CONFIGS = ['../collector.yaml', 'collector.yaml'].map((file) => path.join(CLICKHOUSE_FILES, file));

interface Stack {
  readonly clickhouse: Clickhouse;
  readonly otelcol: Otelcol;
  /** Where the real collector writes its files. */
  readonly directory: string;
}

async function startStack(t: TestContext, python: string): Promise<Stack> {
  const directory = tempDir(t);
  const clickhouse = await startClickhouse(python, directory);
  t.after(() => clickhouse.kill());
  // As people do who are not sure whether they have.
  await clickhouse.run('events.sql');
  await clickhouse.run('events.sql');
  const otelcol = await startOtelcol({
    dir: directory,
    configs: CONFIGS,
    yaml: FOR_TESTS,
    env: { OTEL_EVENTS_CLICKHOUSE: clickhouse.endpoint },
  });
  t.after(() => otelcol.kill());
  return { clickhouse, otelcol, directory };
}

/** Hands a file on as the embedded collector does, and waits until ClickHouse was given each of its events so often. */
async function load(
  file: string,
  { clickhouse, otelcol }: Stack,
  events: number,
  times: number,
): Promise<void> {
  const config = {
    receivers: { otlp_json_file: { include: [file], start_at: 'beginning' } },
    exporters: { otlp_http: { endpoint: otelcol.endpoint } },
    service: { pipelines: { logs: { receivers: ['otlp_json_file'], exporters: ['otlp_http'] } } },
  };
  const collector = await startCollector({ config, write: () => {} });
  try {
    const given = 'SELECT sum(Times) AS times FROM test_given GROUP BY RecordUid';
    await untilCount(clickhouse, `SELECT countIf(times >= ${times}) AS n FROM (${given})`, events);
  } finally {
    await collector.stop();
  }
}

/** Waits until a query counts so many. Under load something may be sent once more, and come later still. */
async function untilCount(clickhouse: Clickhouse, sql: string, wanted: number): Promise<void> {
  const deadlineMs = performance.now() + 240_000;
  for (;;) {
    const [row] = await clickhouse.query<{ n: number }>(sql);
    if (row?.n === wanted) return;
    if (performance.now() > deadlineMs) throw new Error(`${row?.n} of ${wanted}: ${sql}`);
    await delay(100);
  }
}

/** Counts how often each event is inserted, whatever is merged later. */
async function countInserts(clickhouse: Clickhouse): Promise<void> {
  await clickhouse.query(
    'CREATE TABLE test_given (RecordUid String, Times UInt64) ENGINE = SummingMergeTree ORDER BY RecordUid',
  );
  await clickhouse.query(
    `CREATE MATERIALIZED VIEW test_count TO test_given AS
     SELECT RecordUid, count() AS Times FROM otel_events.events GROUP BY RecordUid`,
  );
}

test('ClickHouse has what is in the files of both collectors, once', async (t) => {
  const python = requirePython(t, CLICKHOUSE);
  if (python === undefined || !requireService(t, 'otelcol')) return;
  const shop = tempDir(t);
  await promisify(execFile)(process.execPath, [CLI, 'demo', '--port', '0', '--directory', shop]);
  const events = eventsInFile(path.join(shop, 'events.jsonl'));
  assert.ok(events.length > 10_000, `${events.length} events`);

  const stack = await startStack(t, python);
  const { clickhouse, directory } = stack;
  await countInserts(clickhouse);
  await load(path.join(shop, 'events.jsonl'), stack, events.length, 1);
  const ids = 'SELECT RecordUid AS uid, EventName AS name, toString(toUnixTimestamp64Nano(Timestamp)) AS ns';
  const stored = await clickhouse.query<{ uid: string; name: string; ns: string }>(
    `${ids} FROM otel_events.unique_events ORDER BY Timestamp, uid`,
  );
  assert.deepEqual(
    stored,
    events.map(({ uid, name, timeNs }) => ({ uid, name, ns: String(timeNs) })),
  );

  await t.test('its columns are those of the table that the exporter would make', async () => {
    const columns = (table: string): Promise<object[]> =>
      clickhouse.query(
        `SELECT name, type FROM system.columns WHERE database || '.' || table = '${table}' AND default_kind = '' ORDER BY name`,
      );
    assert.deepEqual(await columns('otel_events.events'), await columns('scratch.otel_logs'));
  });

  await t.test(
    'all of it once more, from the file that the real collector wrote, changes no answer',
    async () => {
      const file = path.join(directory, 'events.jsonl');
      assert.deepEqual(eventsInFile(file), events);
      await load(file, stack, events.length, 2);
      const [counts] = await clickhouse.query(
        'SELECT (SELECT count() FROM otel_events.unique_events) AS unique, (SELECT sum(Events) FROM otel_events.hours) AS hours',
      );
      assert.deepEqual(counts, { unique: events.length, hours: events.length });
    },
  );

  await t.test('when it merges, copies are gone from the disk', async (t) => {
    const merged = async (table: string): Promise<{ rows: number; bytes: number } | undefined> => {
      await clickhouse.query(`OPTIMIZE TABLE otel_events.${table} FINAL`);
      const [parts] = await clickhouse.query<{ rows: number; bytes: number }>(
        `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = '${table}'`,
      );
      return parts;
    };
    let table = await merged('events');
    for (let more = 0; more < 50 && table?.rows !== events.length; more++) table = await merged('events');
    assert.equal(table?.rows, events.length);
    const each = (bytes = 0): string => (bytes / events.length).toFixed(1);
    const hours = await merged('events_by_hour');
    t.diagnostic(`bytes an event: ${each(table?.bytes)} in events, ${each(hours?.bytes)} in events_by_hour`);
  });

  await t.test('the funnel is that of the files', async () => {
    const depths = depthsOf(events);
    const rows = await clickhouse.run<{ Step: number; Sessions: number }>('queries/funnel.sql', ALL_TIME);
    assert.deepEqual(
      rows.map(({ Step, Sessions }) => [Step, Sessions]),
      STEPS.map((_, index) => [index + 1, depths.filter((depth) => depth > index).length]),
    );
  });

  await t.test('checkouts by hour are those of the files', async () => {
    const rows = await clickhouse.run('queries/checkouts-by-hour.sql', ALL_TIME);
    assert.deepEqual(rows, checkoutsByHour(events));
  });

  await t.test('what was before a failed payment is what the files say', async () => {
    const rows = await clickhouse.run<{ SessionId: string; Before: string[] }>(
      'queries/before-the-failed-payment.sql',
      ALL_TIME,
    );
    const expected = beforeFailedPayments(events);
    assert.ok(expected.length > 10);
    assert.deepEqual(
      rows.map(({ SessionId, Before }) => ({ SessionId, Before })),
      expected,
    );
  });

  await t.test('a request with times of 150 months, and without ids, is taken whole', async () => {
    const logRecords = Array.from({ length: 150 }, (_, month) => ({
      eventName: 'late',
      timeUnixNano: String(BigInt(month) * MONTH_NS + 1n),
    }));
    // Two without an id are no copies of each other, whatever else they have in common.
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [...logRecords, ...logRecords] }] }] };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(request);
    const { status } = await fetch(`${stack.otelcol.endpoint}/v1/logs`, { method: 'POST', headers, body });
    assert.equal(status, 200);
    const late = `FROM otel_events.unique_events WHERE EventName = 'late'`;
    await untilCount(clickhouse, `SELECT toUInt8(count() >= 300) AS n ${late}`, 1);
    const [row] = await clickhouse.query(`SELECT uniqExact(toYYYYMM(Timestamp)) AS months ${late}`);
    assert.deepEqual(row, { months: 150 });
  });
});

test('the configuration with Kafka before it, of docs/clickhouse.md, is one that the real collector takes', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const yaml = readPage('clickhouse.md').block('yaml clickhouse-from-kafka.yaml');
  assert.equal(await validateOtelcol({ configs: CONFIGS, yaml, dir: tempDir(t) }), undefined);
  const wrong = yaml.replace('group_id', 'grupe_id');
  assert.match((await validateOtelcol({ configs: CONFIGS, yaml: wrong, dir: tempDir(t) })) ?? '', /grupe_id/);
});

/** How many steps each session has made, in order, within two hours of a first one. */
function depthsOf(events: readonly FileEvent[]): number[] {
  const sessions = Map.groupBy(
    events.filter(({ session }) => session !== undefined),
    ({ session }) => session,
  );
  return [...sessions.values()].map((those) =>
    Math.max(
      0,
      ...those.flatMap((first, index) =>
        first.name === STEPS[0] ? [depthFrom(first, those.slice(index))] : [],
      ),
    ),
  );
}

function depthFrom({ timeNs }: FileEvent, events: readonly FileEvent[]): number {
  let depth = 0;
  for (const event of events) {
    if (event.timeNs - timeNs <= TWO_HOURS_NS && event.name === STEPS[depth]) depth++;
  }
  return depth;
}

function checkoutsByHour(events: readonly FileEvent[]): object[] {
  const hours = Map.groupBy(events, ({ timeNs }) =>
    new Date(Math.floor(Number(timeNs / 3_600_000_000_000n)) * 3_600_000).toISOString(),
  );
  return [...hours].flatMap(([hour, those]) => {
    const checkouts = those.filter(({ name }) => name === 'checkout');
    if (checkouts.length === 0) return [];
    const paid = those.filter(({ name }) => name === 'order.paid');
    const total = paid.reduce((sum, { attributes }) => sum + Number(attributes.total), 0);
    return {
      Hour: hour.slice(0, 19).replace('T', ' '),
      Checkouts: checkouts.length,
      Failed: checkouts.filter(({ hasFailed }) => hasFailed).length,
      Paid: Math.round(total * 100) / 100,
    };
  });
}

function beforeFailedPayments(events: readonly FileEvent[]): object[] {
  const failed = events.filter(
    ({ name, hasFailed, session }) => name === 'payment' && hasFailed && session !== undefined,
  );
  return failed.map(({ session, timeNs }) => ({
    SessionId: session,
    Before: events
      .filter((each) => each.session === session && each.timeNs < timeNs)
      .slice(-5)
      .map(({ name }) => name),
  }));
}
