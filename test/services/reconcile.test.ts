import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { runCli } from '../cli/events/run-cli.ts';
import { linesOfEvents, numbered } from '../cli/reconcile/uid-lines.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { query, queryUntil } from '../stack/victorialogs-events.ts';
import { type LineEvent, line } from '../viewer/files/event-lines.ts';
import { requireLoki } from './loki.ts';
import { requireService } from './require-service.ts';
import { startLoki } from './start-loki.ts';
import { startVictorialogs } from './start-victorialogs.ts';

/** Behind the start of all lines: their time has to be one that stores take. */
const NOW_S = (Date.now() - Date.UTC(2026, 10, 30, 9)) / 1000;

function made(from: number, to: number): LineEvent[] {
  return Array.from({ length: to - from }, (_, at) => {
    const number = from + at;
    return numbered(
      number,
      number % 3 === 0 ? 'cart.item_added' : 'page.viewed',
      Math.floor(NOW_S) - 600 + number / 100,
    );
  });
}

async function send(url: string, lines: string): Promise<void> {
  for (const each of lines.split('\n').filter((one) => one !== '')) {
    const body = OtlpRequest.read('logs', 'json', Buffer.from(each)).protobuf();
    const headers = {
      'content-type': 'application/x-protobuf',
      'VL-Stream-Fields': 'service.name,event_name',
    };
    const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  }
}

test('what VictoriaLogs loses with kill -9 after its 200 comes back from the files', async (t) => {
  if (!requireService(t, 'victorialogs')) return;
  const dir = tempDir(t);
  const cli = runCli(dir);
  // As long as it waits by default, so that the kill falls within.
  const flags = ['-inmemoryDataFlushInterval=5s'];
  let store = await startVictorialogs({ dir, flags });
  t.after(() => store.stop());
  const events = made(0, 3_000);
  const file = path.join(dir, 'events.jsonl');
  writeFileSync(file, linesOfEvents(events, 100));
  const intake = `${store.url}/insert/opentelemetry/v1/logs`;
  await send(intake, linesOfEvents(events.slice(0, 1_000), 100));
  await queryUntil(store, '*', 1_000);
  await sleep(12_500);
  await send(intake, linesOfEvents(events.slice(1_000), 100));
  // Twice, as a sender does that had no answer: a repetition hides no loss.
  await send(intake, linesOfEvents(events.slice(0, 100), 100));
  await store.kill();
  const { port } = store;
  const away = await cli('reconcile', file, '--store', `victorialogs=${store.url}`);
  assert.deepEqual(
    [away.status, /STORE_FAILED: victorialogs at .*ECONNREFUSED/.test(away.stderr)],
    [2, true],
  );
  store = await startVictorialogs({ dir, port, flags });

  const args = ['reconcile', '--files', file, '--store', `victorialogs=${store.url}`, '--json'];
  const [{ there = '0' } = {}] = await query(store, '* | stats count_uniq("log.record.uid") as there');
  const lost = 3_000 - Number(there);
  t.diagnostic(`kill -9 took ${lost} of 2,000 events that had been answered with 200`);
  assert.ok(lost > 0, 'the crash took nothing');
  const found = await cli(...args);
  assert.equal(found.stderr, '');
  const first = JSON.parse(found.stdout) as { missing: number };
  assert.deepEqual([found.status, first.missing], [1, lost]);

  const mended = await cli(...args, '--mend');
  const { missing, sent, left } = JSON.parse(mended.stdout) as Record<string, number>;
  assert.deepEqual([mended.status, missing, sent, left], [0, lost, lost, 0], mended.stderr);
  // It has waited until that outlives the next crash.
  await store.kill();
  store = await startVictorialogs({ dir, port, flags });
  assert.deepEqual(await query(store, '* | stats count_uniq("log.record.uid") as there'), [
    { there: '3000' },
  ]);
  const times = '* | stats min(_time) as first, max(_time) as last';
  const [range] = await query(store, times);
  const ms = events.map(({ at = 0 }) => Date.UTC(2026, 10, 30, 9) + at * 1000);
  assert.deepEqual(
    [range?.first, range?.last].map((text) => Math.round(Date.parse(text ?? ''))),
    [Math.min(...ms), Math.max(...ms)].map(Math.round),
  );
  assert.equal((await cli(...args)).status, 0);
  const stream = '{service_name="shop",event_name="page.viewed"} | stats count() as there';
  assert.notEqual((await query(store, stream))[0]?.there, '0', 'dashboards find what was sent by its stream');
});

test('a record that would end VictoriaLogs is not sent to it, and stays missing', async (t) => {
  if (!requireService(t, 'victorialogs')) return;
  const dir = tempDir(t);
  const store = await startVictorialogs({ dir });
  t.after(() => store.stop());
  const file = path.join(dir, 'events.jsonl');
  const [one, other] = [numbered(1, 'fine', NOW_S), numbered(2, 'deadly', NOW_S)];
  const deadly = { ...other, attributes: { ...other.attributes, event_name: 'x', service_name: 'y' } };
  writeFileSync(file, linesOfEvents([one, deadly]));
  const args = ['reconcile', file, '--store', `victorialogs=${store.url}`, '--mend', '--json'];
  const { status, stdout, stderr } = await runCli(dir)(...args);
  const { missing, sent, left } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual([status, missing, sent, left], [1, 2, 1, 1], stderr);
  assert.deepEqual(
    (await query(store, '*')).map(({ event_name }) => event_name),
    ['fine'],
  );
});

test('events without an id, of other names and at the ends of time are told apart in VictoriaLogs', async (t) => {
  if (!requireService(t, 'victorialogs')) return;
  const dir = tempDir(t);
  const cli = runCli(dir);
  const store = await startVictorialogs({ dir });
  t.after(() => store.stop());
  const odd = 'a "quoted" name | with \\ and ümlaut';
  const events = [
    numbered(1, odd, Math.floor(NOW_S)),
    numbered(2, '', Math.floor(NOW_S)),
    // 1971, 2099, and 2290, which it does not know.
    numbered(3, 'early', (Date.UTC(1971, 0, 1) - Date.UTC(2026, 10, 30, 9)) / 1000),
    numbered(4, 'late', (Date.UTC(2099, 0, 1) - Date.UTC(2026, 10, 30, 9)) / 1000),
    numbered(5, 'too late', (Date.UTC(2290, 0, 1) - Date.UTC(2026, 10, 30, 9)) / 1000),
    { name: 'bare', at: Math.floor(NOW_S) },
    { name: 'bare', at: Math.floor(NOW_S) },
  ];
  const file = path.join(dir, 'events.jsonl');
  writeFileSync(file, `${events.map((event) => line(event)).join('\n')}\n`);
  await send(
    `${store.url}/insert/opentelemetry/v1/logs`,
    linesOfEvents(
      [events[0], events[3], events[5]].flatMap((one) => one ?? []),
      1,
    ),
  );
  await queryUntil(store, '*', 3);
  const args = ['reconcile', file, '--store', `victorialogs=${store.url}`, '--json'];
  const { status, stdout, stderr } = await cli(...args);
  const found = JSON.parse(stdout) as {
    missing: number;
    bareMissing: number;
    names: { name: string; missing: number }[];
  };
  assert.deepEqual([status, found.missing, found.bareMissing], [1, 3, 1], stderr);
  const byName = Object.fromEntries(found.names.map(({ name, missing }) => [name, missing]));
  assert.deepEqual(byName, { '': 1, early: 1, 'too late': 1, late: 0, [odd]: 0, bare: 0 });
});

test('what Loki has lost comes back from the files', async (t: TestContext) => {
  if (!requireLoki(t)) return;
  const dir = tempDir(t);
  const cli = runCli(dir);
  const loki = await startLoki({ dir });
  t.after(() => loki.stop());
  const file = path.join(dir, 'events.jsonl');
  const events = made(Math.floor(NOW_S), Math.floor(NOW_S) + 200).map((event, at) => ({
    ...event,
    at: NOW_S - 60 + at / 10,
  }));
  writeFileSync(file, linesOfEvents(events, 50));
  await send(`${loki.otlpEndpoint}/v1/logs`, linesOfEvents(events.slice(0, 150), 50));
  const args = ['reconcile', file, '--store', `loki=${loki.url}`, '--json'];
  const first = await cli(...args);
  assert.deepEqual([first.status, JSON.parse(first.stdout).missing], [1, 50], first.stderr);
  const mended = await cli(...args, '--mend');
  assert.deepEqual([mended.status, JSON.parse(mended.stdout).left], [0, 0], mended.stderr);
});
