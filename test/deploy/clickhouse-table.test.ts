// collector/clickhouse/events.sql on ClickHouse's own engine, row by row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { requirePython } from '../services/require-python.ts';
import { CLICKHOUSE } from './environments.ts';
import { startClickhouse } from './start-clickhouse.ts';

const NOON = '2026-11-30 12:00:00.000000001';

test('copies of an event count once, at once and by hour; what has no id is no copy', async (t) => {
  const python = requirePython(t, CLICKHOUSE);
  if (python === undefined) return;
  const clickhouse = await startClickhouse(python, tempDir(t));
  t.after(() => clickhouse.kill());
  // As those do who are not sure whether they have.
  await clickhouse.run('events.sql');
  await clickhouse.run('events.sql');

  const insert = (time: string, name: string, severity: number, attributes: string): Promise<object[]> =>
    clickhouse.query(
      `INSERT INTO otel_events.events (Timestamp, ServiceName, EventName, SeverityNumber, LogAttributes)
       VALUES ('${time}', 'shop', '${name}', ${severity}, {${attributes}})`,
    );
  for (const _ of ['first', 'copy']) {
    await insert(NOON, 'order.placed', 9, "'log.record.uid': 'a', 'user.id': 'ada', 'session.id': 's1'");
    await insert(NOON, 'order.placed', 17, "'log.record.uid': 'b', 'user.id': 'ada'");
    await insert(NOON, 'not.ours', 9, '');
    await insert('1969-12-31 23:30:00', 'early', 9, "'log.record.uid': 'c'");
    await insert('2261-01-01 00:59:59', 'late', 9, "'log.record.uid': 'd'");
  }

  assert.deepEqual(
    await clickhouse.query(
      `SELECT EventName, count() AS n, uniqExact(RecordUid) AS ids, max(UserId) AS user, max(SessionId) AS session
       FROM otel_events.unique_events GROUP BY EventName ORDER BY EventName`,
    ),
    [
      { EventName: 'early', n: 1, ids: 1, user: '', session: '' },
      { EventName: 'late', n: 1, ids: 1, user: '', session: '' },
      { EventName: 'not.ours', n: 2, ids: 2, user: '', session: '' },
      { EventName: 'order.placed', n: 2, ids: 2, user: 'ada', session: 's1' },
    ],
  );
  const hour = { ServiceName: 'shop', Failed: 0, Users: 0, Sessions: 0 };
  assert.deepEqual(await clickhouse.query('SELECT * FROM otel_events.hours ORDER BY Hour, EventName'), [
    { ...hour, Hour: '1969-12-31 23:00:00', EventName: 'early', Events: 1 },
    { ...hour, Hour: '2026-11-30 12:00:00', EventName: 'not.ours', Events: 2 },
    {
      ...hour,
      Hour: '2026-11-30 12:00:00',
      EventName: 'order.placed',
      Events: 2,
      Failed: 1,
      Users: 1,
      Sessions: 1,
    },
    { ...hour, Hour: '2261-01-01 00:00:00', EventName: 'late', Events: 1 },
  ]);
});
