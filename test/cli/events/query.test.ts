import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { jsonLines } from '../spool-samples.ts';
import { onTerminal, runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

async function rowsOf(...args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { status, stdout } = await cli('query', ...args, '--json');
  assert.equal(status, 0);
  return jsonLines(stdout);
}

test('what u42 did before the payment failed is told in order', async () => {
  const { status, stdout, stderr } = await cli('query', 'user:u42', file);
  assert.deepEqual([status, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(/ +/).slice(0, 4).join(' ')),
    [
      '2026-11-30 08:00:00.000 INFO page.viewed',
      '2026-11-30 08:00:01.500 INFO cart.item_added',
      '2026-11-30 08:00:03.000 INFO checkout.started',
      '2026-11-30 08:00:04.500 ERROR payment.failed',
    ],
  );
  assert.match(
    lines[3] ?? '',
    / payment\.failed {6}card declined {2}error\.type=card_declined {2}user\.id=u42 {2}total=[\d.]+ {2}session\.id=s0 {2}service=shop$/,
  );
});

test('the newest rows are shown, the oldest of them first; --limit and --oldest say otherwise', async () => {
  const newest = await rowsOf(file);
  const times = newest.map(({ timeMs }) => timeMs as number);
  assert.equal(newest.length, 100);
  assert.deepEqual(times, times.toSorted());
  const { stderr } = await cli('query', file);
  assert.equal(stderr, 'otel-events query: the newest 100, and there are more (--limit)\n');
  // More than a page.
  const all = await rowsOf(file, '--limit', '100000');
  assert.equal(all.length, 4000);
  assert.deepEqual(all.slice(-100), newest);
  assert.deepEqual(await rowsOf(file, '--oldest', '--limit', '7'), all.slice(0, 7));
});

test('--long shows all fields by the names that queries use', async () => {
  const { stdout } = await cli('query', 'name:cart.item_added', file, '--oldest', '--limit', '1', '--long');
  assert.match(stdout, /^2026-11-30 08:00:01\.500 INFO cart\.item_added\n {2}log\.record\.uid {2}\S+\n/);
  assert.match(stdout, /\n {2}items {2}\[\{"sku":"A\d+","price":[\d.]+\}\]\n/);
  assert.match(stdout, new RegExp(`\\n {2}trace {2}${TRACE}\\n`));
  assert.match(stdout, /\n {2}resource\.host\.name {2}web-1\n/);
});

test('a query that cannot be read is shown with a mark, before files are read', async () => {
  assert.deepEqual(await cli('query', 'severity:>=warm', '/not/there.jsonl'), {
    status: 1,
    stdout: '',
    stderr: `otel-events query: QUERY_INVALID: at character 12: "warm" is no severity; they are trace, debug, info, warn, error, fatal, or numbers of 1 to 24; did you mean warn?
  severity:>=warm
             ^
`,
  });
});

test('what is wrong with the arguments is said in words', async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['x'], 1, /OPTION_INVALID: no file given/],
    [[file, '--limit', '0'], 1, /--limit: a whole number from 1 wanted, not "0"/],
    [[file, '--lmit', '3'], 1, /OPTION_UNKNOWN: no option --lmit \(did you mean --limit\?\)/],
    [['gone.jsonl'], 2, /ENOENT: cannot \w+ .*gone\.jsonl/],
    [['x', 'gone'], 2, /ENOENT: cannot \w+ .*gone/],
  ];
  for (const [args, status, message] of cases) {
    const run = await cli('query', ...args);
    assert.match(run.stderr, message);
    assert.deepEqual([run.status, run.stdout], [status, '']);
  }
  const { status, stdout, stderr } = await cli('query', 'nobody_wrote_this', file);
  assert.deepEqual([status, stdout, stderr], [0, '', 'otel-events query: nothing fits\n']);
});

test('lines that cannot be read are told, and what was added is found', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  writeFileSync(log, `${line({ name: 'a' })}\n${line({ name: 'b' }).slice(0, 99)}\n`);
  const { stdout, stderr } = await cli('query', log);
  assert.equal(stdout, '2026-11-30 09:00:00.000 INFO  a                   service=shop\n');
  assert.equal(stderr, 'otel-events query: 1 line skipped that cannot be read\n');
  appendFileSync(log, `${line({ name: 'c' })}\n`);
  assert.equal((await rowsOf(log)).length, 2);
});

test('nothing in an event moves the cursor or starts a line', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  const bad = 'x\u001b[2J\r\n\u202e';
  writeFileSync(log, `${line({ name: bad, traceId: TRACE, attributes: { [bad]: bad, 'user.id': bad } })}\n`);
  for (const args of [[], ['--long'], ['--json']]) {
    const { status, stdout } = await cli('query', log, ...args);
    assert.equal(status, 0);
    assert.notEqual(stdout, '');
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\u202e]/u, args.join(' '));
  }
});

test('on a terminal of 80 columns no line is longer, and the day stands above', (t) => {
  for (const args of [
    ['query', file],
    ['query', '--help'],
  ]) {
    const lines = onTerminal(t, 80, ...args);
    if (lines === undefined) return;
    assert.ok(lines.length > 5, lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  }
  const [day, first] = onTerminal(t, 80, 'query', file, '--oldest') ?? [];
  assert.deepEqual([day, first?.slice(0, 30)], ['2026-11-30', '08:00:00.000 INFO  page.viewed']);
});
