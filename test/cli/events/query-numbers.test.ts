import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { jsonLines } from '../spool-samples.ts';
import { onTerminal, runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

interface Seen {
  readonly timeMs: number;
  readonly name: string;
  readonly attributes: { readonly total?: number; readonly 'user.id'?: string };
}

const rows = jsonLines((await cli('query', file, '--json', '--limit', '100000')).stdout) as unknown as Seen[];

async function linesOf(...args: readonly string[]): Promise<string[][]> {
  const { status, stdout, stderr } = await cli('query', ...args);
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

test('checkouts are counted over time, with numbers of a field', async () => {
  const checkouts = rows.filter(({ name }) => name === 'checkout.completed');
  const wanted = [...Map.groupBy(checkouts, ({ timeMs }) => Math.floor(timeMs / 60_000))].map(
    ([minute, some]) => {
      const totals = some.map(({ attributes }) => attributes.total ?? 0);
      const sum = totals.reduce((all, total) => all + total, 0);
      const from = new Date(minute * 60_000).toISOString().slice(0, 16).replace('T', ' ');
      return [from, some.length, sum / some.length, Math.max(...totals)] as const;
    },
  );
  assert.ok(wanted.length > 5, `${wanted.length}`);
  const [titles, ...found] = await linesOf(
    'name:checkout.completed',
    file,
    '--over',
    '1m',
    '--stats',
    'avg,max:total',
  );
  assert.deepEqual(titles, ['FROM', 'COUNT', 'AVG(TOTAL)', 'MAX(TOTAL)']);
  assert.deepEqual(
    found.map(([from, ...numbers]) => [from, ...numbers.map(Number)]),
    wanted.map(([from, count, average, max]) => [from, count, Number(average.toPrecision(6)), max]),
  );
});

test('numbers are told by group, over time by group, and of all', async () => {
  const [titles, ...found] = await linesOf(
    file,
    '--by',
    'name',
    '--stats',
    'sum:total',
    '--stats',
    'distinct:user',
  );
  assert.deepEqual(titles, ['NAME', 'COUNT', 'SUM(TOTAL)', 'DISTINCT(USER)']);
  for (const [name, count, sum, users] of found) {
    const some = rows.filter((row) => row.name === name);
    const totals = some.flatMap(({ attributes }) => attributes.total ?? []);
    const total = totals.reduce((all, one) => all + one, 0);
    const ids = new Set(some.flatMap(({ attributes }) => attributes['user.id'] ?? []));
    const wanted = [some.length, totals.length > 0 ? Number(total.toPrecision(6)) : Number.NaN, ids.size];
    assert.deepEqual([Number(count), Number(sum), Number(users)], wanted, name);
  }
  const over = jsonLines((await cli('query', file, '--by', 'kind', '--over', '1h', '--json')).stdout);
  assert.deepEqual(
    over.map(({ value }) => value),
    ['event', 'span'],
  );
  const [, all] = await linesOf(file, '--stats', 'max:total');
  assert.deepEqual(
    all?.map(Number),
    [4000, Math.max(...rows.map(({ attributes }) => attributes.total ?? 0))].map(Number),
  );
});

test('a funnel tells who came how far, and what the others did next', async () => {
  const steps = ['page.viewed', 'checkout.started', 'checkout.completed'];
  const { stdout, status } = await cli(
    'query',
    file,
    '--funnel',
    steps.join(','),
    '--within',
    '1h',
    '--json',
  );
  assert.equal(status, 0);
  const [funnel] = jsonLines(stdout) as unknown as {
    readonly steps: readonly { readonly people: number }[];
  }[];
  // Each session has its steps in order; a user may have several.
  const byUser = Map.groupBy(rows, ({ attributes }) => attributes['user.id']);
  byUser.delete(undefined);
  const came = steps.map(
    (_, at) => [...byUser.values()].filter((own) => cameSoFar(own, steps.slice(0, at + 1))).length,
  );
  assert.deepEqual(
    funnel?.steps.map(({ people }) => people),
    came,
  );
  const printed = (await cli('query', file, '--funnel', steps.join(','), '--within', '1h')).stdout;
  const [first = 0, second = 0, third = 0] = came;
  assert.match(printed, /^STEP +CAME SO FAR +OF FIRST +OF BEFORE +MEDIAN TIME\n/);
  assert.match(
    printed,
    new RegExp(
      `3 name:checkout\\.completed +${third} +${((100 * third) / first).toFixed(1)} % +${((100 * third) / second).toFixed(1)} % +1\\.5 s\\n`,
    ),
  );
  assert.match(
    printed,
    /\nafter 2 name:checkout\.started, those who went no further:\n {2}.*payment\.failed \d+/,
  );
});

/** Times of the rows are in order. */
function cameSoFar(own: readonly Seen[], steps: readonly string[]): boolean {
  let at = 0;
  for (const { name } of own) if (name === steps[at]) at++;
  return at === steps.length;
}

test('steps may be queries, and ways those of sessions', async () => {
  const args = ['--funnel', 'name:page.viewed user:u42', '--funnel', 'severity:error', '--per', 'session'];
  const [, ...found] = await linesOf(file, ...args);
  assert.deepEqual(found.slice(0, 2), [
    ['1 name:page.viewed user:u42', '1', '100.0 %', '-', '-'],
    ['2 severity:error', '1', '100.0 %', '100.0 %', '4.5 s'],
  ]);
});

test('a way is split by the value of a field at its first step', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  const step = (name: string, at: number, user: string, country?: string) =>
    line({ name, at, attributes: { 'user.id': user, ...(country !== undefined && { country }) } });
  const lines = [
    step('a', 0, 'u1', 'DE'),
    step('a', 1, 'u2', 'DE'),
    step('a', 2, 'u3', 'FR'),
    step('a', 3, 'u4'),
    step('b', 4, 'u1', 'FR'),
    step('b', 5, 'u3'),
  ];
  writeFileSync(log, `${lines.join('\n')}\n`);
  const { stdout } = await cli('query', log, '--funnel', 'a,b', '--split', 'country');
  assert.match(
    stdout,
    /^STEP +CAME SO FAR .*\n1 name:a +4 .*\n2 name:b +2 +50\.0 % .*\n\nCOUNTRY +STEP +CAME SO FAR /,
  );
  const [, table = ''] = stdout.split('\n\n');
  assert.deepEqual(
    table
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((text) => text.split(/ {2,}/).slice(0, 3)),
    [
      ['DE', '1 name:a', '2'],
      ['DE', '2 name:b', '1'],
      ['FR', '1 name:a', '1'],
      ['FR', '2 name:b', '1'],
      ['(none)', '1 name:a', '1'],
      ['(none)', '2 name:b', '0'],
    ],
  );
  const { split } = JSON.parse(
    (await cli('query', log, '--funnel', 'a,b', '--split', 'country', '--json')).stdout,
  );
  assert.deepEqual(split[0].value, 'DE');
});

test('what is wrong is said in words', async () => {
  for (const [args, message] of [
    [['--over', 'soon'], /--over: a time as in 15m, 1h or 1d wanted, not "soon"/],
    [['--stats', 'p59:total'], /--stats: "p59" is none of sum, avg, .*did you mean p\d\d\?/],
    [['--stats', 'avg'], /--stats: wanted as in avg,p95:duration, got "avg"/],
    [['--within', '1h'], /--within, --per and --split: of which --funnel\?/],
    [['--split', 'path'], /--within, --per and --split: of which --funnel\?/],
    [['--funnel', 'a,,b'], /--funnel: names with commas/],
    [['--funnel', 'a'], /--funnel: 2 to 10 steps wanted, got 1 \(as in --funnel /],
    [['--by', 'name,user'], /--by: one field wanted, got 2 \(ask once for each\)/],
    [['--funnel', 'a,b', '--split', 'a,b'], /--split: one field wanted, got 2/],
    [['--funnel', 'a,b', '--per', 'a,b'], /--per: one field wanted, got 2/],
    [['--funnel', 'a', '--funnel', 'last:2h b'], /a range of time belongs into the query/],
    [['--funnel', 'a', '--funnel', 'severity:warm'], /QUERY_INVALID: .*did you mean warn/],
    [['--funnel', 'a,b', '--count'], /--count, --funnel, and --by, --over or --stats: one of them/],
  ] as const) {
    const { status, stderr } = await cli('query', file, ...args);
    assert.match(stderr, message);
    assert.equal(status, 1, stderr);
  }
});

test('on a terminal of 80 columns numbers and funnels fit', (t) => {
  for (const args of [
    ['--over', '1m', '--stats', 'avg,p95:total'],
    ['--over', '1m', '--by', 'name'],
    ['--funnel', 'page.viewed,cart.item_added,checkout.started,checkout.completed'],
  ]) {
    const lines = onTerminal(t, 80, 'query', file, ...args);
    if (lines === undefined) return;
    assert.ok(lines.length > 5, lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  }
});
