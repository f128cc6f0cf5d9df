import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { runCli } from '../cli/events/run-cli.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { query, queryUntil } from '../stack/victorialogs-events.ts';
import { line } from '../viewer/files/event-lines.ts';
import { requireService } from './require-service.ts';
import { startVictorialogs } from './start-victorialogs.ts';

const PERSON = 'person "7f3a9c"';

test('VictoriaLogs deletes what is of a person, where it was started for that, and else it is said', async (t) => {
  if (!requireService(t, 'victorialogs')) return;
  const dir = tempDir(t);
  let store = await startVictorialogs({ dir });
  t.after(() => store.stop());
  const theirs = [
    { 'user.id': PERSON },
    { 'event.context': { user_id: PERSON } },
    { 'session.id': 's1' },
    { 'user.id': PERSON, 'session.id': 's1' },
  ];
  const others: Readonly<Record<string, string>>[] = [
    { 'user.id': `${PERSON}x` },
    { 'user.id': 'x' },
    { 'session.id': 's2' },
  ];
  const events = [...theirs, ...others].map((attributes) => ({ name: 'one', attributes }));
  const body = Buffer.from(OtlpRequest.read('logs', 'json', Buffer.from(line(...events))).protobuf());
  await fetch(`${store.url}/insert/opentelemetry/v1/logs`, { method: 'POST', body });
  await queryUntil(store, '*', 7);
  const args = (url: string): string[] => [
    ...['erase', '--user', PERSON, '--session', 's1', '--store', `victorialogs=${url}`, '--json'],
  ];
  const off = await runCli(dir)(...args(store.url));
  assert.equal(off.status, 1, off.stderr);
  const { found, erased, problem } = JSON.parse(off.stdout) as {
    found: number;
    erased: number;
    problem: string;
  };
  assert.deepEqual([found, erased], [4, 0]);
  assert.match(problem, /start it with -delete\.enable, and run this again/);
  assert.equal((await query(store, '*')).length, 7);

  const { port } = store;
  await store.stop();
  store = await startVictorialogs({ dir, port, flags: ['-delete.enable'] });
  const dry = await runCli(dir)(...args(store.url), '--dry-run');
  assert.deepEqual([dry.status, JSON.parse(dry.stdout).found], [0, 4]);
  const done = await runCli(dir)(...args(store.url));
  assert.deepEqual([done.status, JSON.parse(done.stdout).erased], [0, 4], done.stdout + done.stderr);
  // VictoriaLogs 1.52 may leave a row without any field at the time of those that it has deleted.
  const left = await query(store, '*');
  const fields = left
    .map(({ _time, _stream, _stream_id, ...row }) => row)
    .filter((row) => Object.keys(row).length > 0);
  t.diagnostic(`${left.length - fields.length} rows without a field were left`);
  const named = fields.map((row) => [row['user.id'], row['session.id']]);
  const expected = others.map((each) => [each['user.id'], each['session.id']]);
  assert.deepEqual(named.sort(), expected.sort());
  await store.stop();

  const away = await runCli(dir)(...args(store.url));
  assert.equal(away.status, 1);
  assert.match(away.stdout, /"state":"not reached".*ECONNREFUSED/);
});
