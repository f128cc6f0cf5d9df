import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { runCli } from '../events/run-cli.ts';
import { startLokiStandIn } from './loki-stand-in.ts';
import { linesOfEvents, numbered, postLines } from './uid-lines.ts';

test('against a stand-in for Loki: pages of 5,000, late events at another time, and what is missing is sent', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const loki = await startLokiStandIn(t);
  // More than a page in one minute.
  const events = Array.from({ length: 7_000 }, (_, number) =>
    numbered(number, 'page.viewed', number / 1_000),
  );
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(events, 1_000));
  const args = ['reconcile', file, '--store', `loki=${loki.url}`, '--json'];
  const counts = async (...more: string[]): Promise<Record<string, number | null>> => {
    const { status, stdout, stderr } = await cli(...args, ...more);
    assert.equal(stderr, '');
    const { missing, elsewhere, sent, left } = JSON.parse(stdout) as Record<string, number>;
    return {
      status,
      missing: missing ?? null,
      elsewhere: elsewhere ?? null,
      sent: sent ?? null,
      left: left ?? null,
    };
  };
  assert.deepEqual(await counts('--mend'), { status: 0, missing: 7000, elsewhere: 0, sent: 7000, left: 0 });
  assert.deepEqual(await counts(), { status: 0, missing: 0, elsewhere: 0, sent: 0, left: 0 });
  assert.deepEqual(new Set(loki.asked), new Set(['5000']));
  // Loki took one at its arrival, an hour later, and has lost two others.
  const [late] = loki.entries.splice(3_000, 3);
  if (late !== undefined) loki.entries.push({ ...late, time: late.time + 3_600_000_000_000n });
  assert.deepEqual(await counts(), { status: 1, missing: 2, elsewhere: 1, sent: 0, left: 2 });
});

test('rows of one nanosecond at the edge of a page count once each, with ids and without', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const loki = await startLokiStandIn(t);
  // Of the thirty of one instant ten are on the first page; ids in front of them and behind, twenty without.
  const before = Array.from({ length: 4_990 }, (_, number) =>
    numbered(number, 'page.viewed', number / 1_000),
  );
  const together = Array.from({ length: 30 }, (_, number) => {
    const event = numbered(5_000 + number, 'page.viewed', 5);
    return number % 3 === 0 ? event : { ...event, attributes: { 'user.id': `u${number}` } };
  });
  const behind = Array.from({ length: 10 }, (_, number) => numbered(6_000 + number, 'page.viewed', 6));
  const file = path.join(base, 'events.jsonl');
  const lines = linesOfEvents([...before, ...together, ...behind], 1_000);
  writeFileSync(file, lines);
  await postLines(`${loki.url}/otlp/v1/logs`, lines);
  const found = async (): Promise<readonly unknown[]> => {
    const { status, stdout } = await cli('reconcile', file, '--store', `loki=${loki.url}`, '--json');
    const { missing, bareMissing } = JSON.parse(stdout) as Record<string, number>;
    return [status, missing, bareMissing];
  };
  assert.deepEqual(await found(), [0, 0, 0]);
  loki.entries.splice(
    loki.entries.findIndex(({ stream }) => stream.log_record_uid === undefined),
    3,
  );
  assert.deepEqual(await found(), [1, 1, 2]);
});
