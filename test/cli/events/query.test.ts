import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, spanLine } from '../../viewer/files/event-lines.ts';
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
  const { status, stdout, stderr } = await cli('query', file, '--user', 'u42');
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

test('rows are counted, and counted by the values of a field', async () => {
  const all = await rowsOf(file, '--limit', '100000');
  const byName = Map.groupBy(all, ({ name }) => name);
  const failed = byName.get('payment.failed')?.length ?? 0;
  assert.ok(failed > 10, `${failed}`);
  assert.equal((await cli('query', 'name:payment.failed', file, '--count')).stdout, `${failed}\n`);
  assert.deepEqual(await rowsOf('name:payment.failed', file, '--count'), [{ count: failed }]);
  assert.deepEqual(await rowsOf('nobody_wrote_this', file, '--count'), [{ count: 0 }]);
  const groups = await rowsOf(file, '--by', 'name');
  assert.deepEqual(
    Object.fromEntries(groups.map(({ value, count }) => [value, count])),
    Object.fromEntries([...byName].map(([name, rows]) => [name, rows.length])),
  );
  const { stdout } = await cli('query', file, '--by', 'name', '--limit', '1');
  assert.match(stdout, /^NAME +COUNT\nGET \/shop +\d+\n$/);
});

test('a trace shows what happened below its spans', async (t) => {
  const { stdout } = await cli('query', file, '--trace', TRACE.toUpperCase());
  assert.equal(
    stdout,
    `${[
      '    +0 µs ▏████████████████████▕ GET /shop  6 s',
      '    +0 µs ▏◆                   ▕   page.viewed  INFO',
      '   +1.5 s ▏     ◆              ▕   cart.item_added  INFO',
      '     +3 s ▏          ◆         ▕   checkout.started  INFO',
      '   +4.5 s ▏               ◆    ▕   payment.failed  ERROR',
    ].join('\n')}\n`,
  );
  // Spans that are their own parents, or each other's.
  const strange = path.join(tempDir(t), 'strange.jsonl');
  const [a, b, c] = ['a000000000000000', 'b000000000000000', 'c000000000000000'];
  writeFileSync(
    strange,
    [
      spanLine(TRACE, a, a, 'own', 1),
      spanLine(TRACE, b, c, 'POST /', 2),
      spanLine(TRACE, c, b, 'other', 4),
    ].join('\n'),
  );
  const { stdout: shown } = await cli('query', strange, '--trace', TRACE);
  assert.deepEqual(shown.match(/(?:own|POST \/|other) {2}.*/g)?.toSorted(), [
    'POST /  2 ms error',
    'other  4 ms',
    'own  1 ms',
  ]);
});

test('a trace over several services says where another one begins', async (t) => {
  const log = path.join(tempDir(t), 'services.jsonl');
  const [a, b, c] = ['a000000000000000', 'b000000000000000', 'c000000000000000'];
  const of = (service: string, text: string) => {
    const request = JSON.parse(text);
    const attributes = [{ key: 'service.name', value: { stringValue: service } }];
    return JSON.stringify({ resourceSpans: [{ ...request.resourceSpans[0], resource: { attributes } }] });
  };
  writeFileSync(
    log,
    [
      of('shop', spanLine(TRACE, a, '', 'checkout', 1)),
      of('payments', spanLine(TRACE, b, a, 'POST /payments', 1)),
      of('payments', spanLine(TRACE, c, b, 'bank', 1)),
    ].join('\n'),
  );
  const { stdout } = await cli('query', log, '--trace', TRACE);
  assert.deepEqual(stdout.match(/▕.*/g), [
    '▕ checkout  1 ms  service=shop',
    '▕   POST /payments  1 ms error  service=payments',
    '▕     bank  1 ms',
  ]);
});

test('a session and a user narrow a query, with "or" and a range of time in it too', async () => {
  const or = await rowsOf('name:page.viewed or name:payment.failed', file, '--session', 's0');
  assert.deepEqual(
    or.map(({ name }) => name),
    ['page.viewed', 'payment.failed'],
  );
  const range = await rowsOf('name:p* since:2020-01-01', file, '--user', 'u42', '--session', 's0');
  assert.equal(range.length, 2);
  assert.deepEqual(await rowsOf('name:p* until:2020-01-01', file, '--user', 'u42'), []);
});

test('--long shows all fields by the names that queries use', async () => {
  const { stdout } = await cli('query', 'name:cart.item_added', file, '--session', 's0', '--long');
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
    [[file, '--limit', '0'], 1, /--limit: a whole number from 1 wanted, not "0"/],
    [[file, '--count', '--by', 'name'], 1, /--count, --funnel, and --by, --over or --stats: one of them/],
    [[file, '--sesion', 'x'], 1, /OPTION_UNKNOWN: no option --sesion \(did you mean --session\?\)/],
    [['gone.jsonl'], 2, /ENOENT: cannot \w+ .*gone\.jsonl/],
    [['x', 'gone'], 2, /ENOENT: cannot \w+ .*gone/],
    [['name:a', 'severity:>=error', file], 1, /"severity:>=error" is no file \(a query is one argument,/],
    [[file, 'name:a last:2h'], 1, /"name:a last:2h" is no file \(a query is one argument,/],
  ];
  for (const [args, status, message] of cases) {
    const run = await cli('query', ...args);
    assert.match(run.stderr, message);
    assert.deepEqual([run.status, run.stdout], [status, '']);
  }
  const { status, stdout, stderr } = await cli('query', 'nobody_wrote_this', file);
  assert.deepEqual([status, stdout, stderr], [0, '', 'otel-events query: nothing fits\n']);
});

test('a query of nothing says which field no row has; one with a minus goes behind --', async () => {
  const told = 'no row has a field usr.id; did you mean user.id?';
  const rows = await cli('query', 'usr.id:u42', file);
  assert.deepEqual(rows, { status: 0, stdout: '', stderr: `otel-events query: nothing fits; ${told}\n` });
  const count = await cli('query', 'usr.id:u42', file, '--count');
  assert.deepEqual(count, { status: 0, stdout: '0\n', stderr: `otel-events query: ${told}\n` });
  for (const args of [
    ['query', '-checkout', file],
    ['query', '-service:shop', file],
    // It was the option -o.
    ['export', '--json', '-order.id:5', file],
  ]) {
    const { status, stderr } = await cli(...args);
    assert.deepEqual(
      [status, stderr.includes(`goes behind --: otel-events ${args[0]} -- '-service`)],
      [1, true],
      stderr,
    );
  }
  const denied = await cli('query', '--count', '--', '-service:shop', file);
  assert.deepEqual([denied.status, denied.stdout], [0, '0\n']);
});

test('lines that cannot be read are told, and what was added is found', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  writeFileSync(log, `${line({ name: 'a' })}\n${line({ name: 'b' }).slice(0, 99)}\n`);
  const first = await cli('query', log, '--count');
  assert.deepEqual(
    [first.stdout, first.stderr],
    ['1\n', 'otel-events query: 1 line skipped that cannot be read\n'],
  );
  appendFileSync(log, `${line({ name: 'c' })}\n`);
  assert.equal((await cli('query', log, '--count')).stdout, '2\n');
  // Again, as after a retry; also from what was kept.
  const event = line({ name: 'd', attributes: { 'log.record.uid': '019ac000-0000-7000-8000-000000000001' } });
  appendFileSync(log, `${event}\n${event}\n`);
  for (let asked = 0; asked < 2; asked++) {
    const { stdout, stderr } = await cli('query', log, '--count');
    assert.equal(stdout, '3\n');
    assert.match(
      stderr,
      /^otel-events query: 1 record left out that came again, by log\.record\.uid or span: /m,
    );
  }
});

test('nothing in an event moves the cursor or starts a line', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  const bad = 'x\u001b[2J\r\n\u202e';
  writeFileSync(log, `${line({ name: bad, traceId: TRACE, attributes: { [bad]: bad, 'user.id': bad } })}\n`);
  for (const args of [[], ['--long'], ['--json'], ['--trace', TRACE], ['--by', 'user.id']]) {
    const { status, stdout } = await cli('query', log, ...args);
    assert.equal(status, 0);
    assert.notEqual(stdout, '');
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\u202e]/u, args.join(' '));
  }
});

test('on a terminal of 80 columns no line is longer, and the day stands above', (t) => {
  for (const args of [
    ['query', file],
    ['query', file, '--trace', TRACE],
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
