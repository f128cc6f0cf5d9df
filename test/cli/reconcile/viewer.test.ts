import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { linesOf } from '../../../src/cli/reconcile/print-reconciled.ts';
import { freePort } from '../../harness/free-port.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, spanLine } from '../../viewer/files/event-lines.ts';
import { runCli } from '../events/run-cli.ts';
import { startViewer } from './start-viewer.ts';
import { linesOfEvents, numbered, postLines, uidOf } from './uid-lines.ts';

const EVENTS = Array.from({ length: 200 }, (_, number) =>
  numbered(number, number % 2 === 0 ? 'page.viewed' : 'cart.item_added'),
);

test('what the viewer has not is said by name and minute, sent, and then nothing is missing', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const viewer = await startViewer(t, base);
  writeFileSync(path.join(base, 'events-1.jsonl.gz'), gzipSync(linesOfEvents(EVENTS.slice(0, 80))));
  writeFileSync(
    path.join(base, 'events-2.jsonl.zst'),
    zstdCompressSync(linesOfEvents(EVENTS.slice(80, 150))),
  );
  writeFileSync(path.join(base, 'events.jsonl'), `${linesOfEvents(EVENTS.slice(150))}{"resourceLogs":[{`);
  // Numbers 60 to 69 are missing, of one minute, and there are some that no file has.
  const there = [...EVENTS.filter((_, number) => number < 60 || number > 69), numbered(900, 'other', 61)];
  await postLines(`${viewer.otlp}/v1/logs`, linesOfEvents(there));
  const args = ['reconcile', '--files', path.join(base, 'events*.jsonl*'), '--store', `viewer=${viewer.url}`];

  const first = await cli(...args);
  assert.equal(first.status, 1, first.stderr);
  assert.equal(
    first.stdout,
    `NAME             FILES  STORE  MISSING
cart.item_added    100     95        5
page.viewed        100     95        5

MINUTE             NAME             MISSING
2026-11-30T09:01Z  cart.item_added  5 of 30
2026-11-30T09:01Z  page.viewed      5 of 30

1 line of the files cannot be read.
10 of 200 events are missing in viewer; --mend sends them.
`,
  );

  const mended = await cli(...args, '--mend', '--json');
  assert.equal(mended.status, 0, mended.stderr);
  const { missing, sent, left } = JSON.parse(mended.stdout) as Record<string, number>;
  assert.deepEqual({ missing, sent, left }, { missing: 10, sent: 10, left: 0 });
  const one = await fetch(`${viewer.url}/api/events?q=uid:${uidOf(65)}`);
  const { rows } = (await one.json()) as { rows: { timeUnixNano: string; name: string; service: string }[] };
  assert.deepEqual(
    rows.map(({ timeUnixNano, name, service }) => ({ timeUnixNano, name, service })),
    [{ timeUnixNano: `${Date.UTC(2026, 10, 30, 9, 1, 5)}000000`, name: 'cart.item_added', service: 'shop' }],
  );

  const last = await cli(...args);
  assert.deepEqual(
    [last.status, last.stdout.trim().split('\n').at(-1)],
    [0, 'Nothing is missing: viewer has all of 200 events.'],
  );
});

test('repetitions hide no loss, and what has no id is counted', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const viewer = await startViewer(t, base);
  const file = path.join(base, 'events.jsonl');
  // Number 1 stands there twice and number 2 is not in the store: the counts of rows are equal.
  const bare = [line({ name: 'bare' }), line({ name: 'bare' }), line({ name: 'bare' })].join('\n');
  writeFileSync(file, `${linesOfEvents([1, 1, 2].map((number) => numbered(number)))}${bare}\n`);
  const span = spanLine('0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '', 'GET /', 5);
  writeFileSync(file, `${span}\n`, { flag: 'a' });
  await postLines(`${viewer.otlp}/v1/logs`, linesOfEvents([numbered(1), numbered(3)]));
  await postLines(`${viewer.otlp}/v1/logs`, line({ name: 'bare' }));
  const { status, stdout } = await cli(
    ...['reconcile', file, '--store', `viewer=${viewer.url}`, '--each', '--json'],
  );
  const { names, minutes: _, files: __, store: ___, ...rest } = JSON.parse(stdout);
  assert.deepEqual(
    [status, rest, names],
    [
      1,
      {
        elsewhere: 0,
        missing: 1,
        sent: 0,
        left: 1,
        bareMissing: 2,
        spans: 1,
        damagedLines: 0,
        timeless: 0,
        isStopped: false,
      },
      [
        {
          name: 'page.viewed',
          files: 2,
          store: 1,
          missing: 1,
          repeatedInFiles: 1,
          repeatedInStore: 0,
          bareInFiles: 0,
          bareInStore: 0,
        },
        {
          name: 'bare',
          files: 0,
          store: 0,
          missing: 0,
          repeatedInFiles: 0,
          repeatedInStore: 0,
          bareInFiles: 3,
          bareInStore: 1,
        },
      ],
    ],
  );
});

test('--since and --until choose by the time of events', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const viewer = await startViewer(t, base);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const counted = async (...range: string[]): Promise<number> => {
    const args = ['reconcile', file, '--store', `viewer=${viewer.url}`, '--json', ...range];
    return (JSON.parse((await cli(...args)).stdout) as { missing: number }).missing;
  };
  assert.equal(await counted('--since', '2026-11-30T09:01:00Z'), 140);
  assert.equal(await counted('--since', '2026-11-30T09:01:00Z', '--until', '2026-11-30T09:02:00Z'), 60);
});

test('what is wrong has a code, and a store that is away is no loss', async (t) => {
  const base = tempDir(t);
  const cli = runCli(base);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents(EVENTS));
  const said = async (...args: string[]): Promise<readonly [number | null, string]> => {
    const { status, stderr } = await cli('reconcile', ...args);
    return [status, stderr.replace('otel-events reconcile: ', '').trim()];
  };
  const noStore = 'OPTION_INVALID: --store: with which store? (such as victorialogs=URL)';
  assert.deepEqual(await said(file), [1, noStore]);
  assert.match(
    String(await said(file, '--store', 'victorialog=http://x')),
    /^1,OPTION_INVALID: .*did you mean/,
  );
  assert.match(
    String(await said(file, '--store', 'loki=x')),
    /^1,OPTION_INVALID: --store: loki wants an http/,
  );
  assert.match(String(await said('none*', '--store', 'loki=http://x')), /^1,OPTION_INVALID: no file fits/);
  const since = await said(file, '--store', 'loki=http://x', '--since', 'now');
  assert.match(String(since), /^1,OPTION_INVALID: --since: no time/);
  const port = await freePort();
  for (const kind of ['victorialogs', 'loki', 'viewer']) {
    const away = await said(file, '--store', `${kind}=http://me%:secret%@127.0.0.1:${port}`);
    assert.match(
      String(away),
      /^2,STORE_FAILED: \w+ at http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED \(does it run/,
      kind,
    );
    assert.doesNotMatch(String(away), /secret/);
  }
});

test('at 80 columns no line is longer', () => {
  const name = `checkout.${'step.'.repeat(12)}`;
  const compared = Array.from({ length: 30 }, (_, minute) => ({
    name,
    minuteMs: minute * 60_000,
    files: 1000,
    store: 999,
    repeatedInFiles: 1,
    repeatedInStore: 1,
    bareInFiles: 2,
    bareInStore: 1,
    missing: [uidOf(minute)],
  }));
  const counts = { elsewhere: 3, missing: 30, sent: 30, left: 2, bareMissing: 30, spans: 7, damagedLines: 1 };
  const found = { ...counts, compared, timeless: 1, isStopped: false };
  const lines = linesOf(found, { kind: 'victorialogs', mend: true }, 80);
  assert.deepEqual(
    lines.filter((each) => each.length > 80),
    [],
  );
  assert.ok(lines.includes('and 10 more; --json has all'), lines.join('\n'));
});
