// What docs/clickhouse.md says of erasing, on ClickHouse's own engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { tempDir } from '../harness/temp-dir.ts';
import { requirePython } from '../services/require-python.ts';
import { CLICKHOUSE } from './environments.ts';
import { CLICKHOUSE_FILES, startClickhouse } from './start-clickhouse.ts';

const WITHIN_MS = 60_000;

test('all rows of a user go, with copies, and parts that held them are removed', async (t) => {
  const python = requirePython(t, CLICKHOUSE);
  if (python === undefined) return;
  const clickhouse = await startClickhouse(python, tempDir(t));
  t.after(() => clickhouse.kill());
  await clickhouse.run('events.sql');
  // Eight minutes otherwise.
  await clickhouse.query('ALTER TABLE otel_events.events MODIFY SETTING old_parts_lifetime = 1');

  const user = 'a.da"1';
  const json = JSON.stringify(user);
  const attributes: readonly (readonly [id: string, name: string, value: string])[] = [
    ['theirs-1', 'user.id', user],
    ['theirs-2', 'data.userId', user],
    ['theirs-3', 'event.context', `{"plan":"x","user_id":${json}}`],
    ['theirs-4', 'event.context', `{"user":{"name":"x","id":${json}},"a":1}`],
    ['others-1', 'user.id', 'a.da"12'],
    ['others-2', 'user.id', 'aXda"1'],
    ['others-3', 'friend', user],
    ['others-4', 'event.context', `{"friend_id":${json},"user_id":"ben"}`],
    ['others-5', 'superuser.id', user],
  ];
  const insert = ([id, name, value]: readonly [string, string, string]): Promise<object[]> =>
    clickhouse.query(
      `INSERT INTO otel_events.events (Timestamp, ServiceName, EventName, LogAttributes)
       VALUES ('2026-11-30 12:00:00', 'shop', 'one', {'log.record.uid': {id:String}, {name:String}: {value:String}})`.replace(
        /\{(id|name|value):String\}/g,
        (_, key: 'id' | 'name' | 'value') => `'${{ id, name, value }[key].replace(/[\\']/g, '\\$&')}'`,
      ),
    );
  // Each twice, in parts of its own.
  for (const one of [...attributes, ...attributes]) await insert(one);

  await clickhouse.run('queries/erase-user.sql', { user });
  const left = await clickhouse.query<{ id: string }>(
    'SELECT DISTINCT RecordUid AS id FROM otel_events.events ORDER BY id',
  );
  assert.deepEqual(
    left.map(({ id }) => id),
    ['others-1', 'others-2', 'others-3', 'others-4', 'others-5'],
  );
  const done = { rows_left: 0, mutations_left: 0, old_parts_left: 0 };
  // The second statement: the first one, once more, would make new parts.
  const sql =
    readFileSync(path.join(CLICKHOUSE_FILES, 'queries/erase-user.sql'), 'utf8').split(/;\n/)[1] ?? '';
  let seen: unknown;
  for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await setTimeout(500)) {
    [seen] = await clickhouse.query(sql, { user });
    if (JSON.stringify(seen) === JSON.stringify(done)) break;
  }
  assert.deepEqual(seen, done);
});
