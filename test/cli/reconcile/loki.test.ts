import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { runCli } from '../events/run-cli.ts';
import { startLokiStandIn } from './loki-stand-in.ts';
import { linesOfEvents, numbered } from './uid-lines.ts';

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
