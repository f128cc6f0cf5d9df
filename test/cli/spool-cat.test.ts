import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { Spool } from '../../src/spool/spool.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { segmentsIn } from '../spool/fields.ts';
import { cli, ended, event, fill, idOf, jsonLines, SHOP, span, startCli } from './spool-samples.ts';

const RICH = {
  message: 'one more',
  category: 'cart',
  tags: ['a', 'b'],
  userId: 'ada',
  projectId: 'p1',
  session: { id: 's1', cart: { items: 2 } },
  data: {
    number: 7,
    big: 2n ** 60n,
    list: [1.5, 'x', null],
    nothing: null,
    bytes: Uint8Array.of(1, 2),
    nan: Number.NaN,
  },
  span: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 },
  scope: { start: 1, end: 3, duration: 2 },
  failure: { type: 'RangeError', message: 'too far', stacktrace: undefined },
};

test('a line has what its writer gave, and where it lies', async (t) => {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory, now: () => 1_700_000_000_500 });
  t.after(() => spool.close());
  spool.append(spool.kind('logs', SHOP, 'cart.item_added', ['otlp', 'archive']), event(7, RICH));
  spool.append(spool.kind('traces', SHOP, 'checkout', ['otlp']), span(3));
  spool.append(
    spool.kind('logs', SHOP, 'plain', ['otlp']),
    event(8, { name: 'plain', data: {}, severity: 17 }),
  );
  await spool.durable();
  const [first] = [spool.cursor('otlp').read(1)];
  spool.cursor('otlp').ack(first?.to ?? 0);
  const { status, stdout, stderr } = await cli('cat', directory);
  assert.deepEqual([status, stderr], [0, '']);
  const lines = jsonLines(stdout);
  const places = lines.map((line) => line.spool as { position: number });
  const [one, two, three] = places.map(({ position }) => position) as [number, number, number];
  assert.ok(one >= 2 ** 32 && two > one && three > two);
  const at = { directory: spool.directory?.slice(-16), appended: '2023-11-14T22:13:20.500Z' };
  assert.deepEqual(lines, [
    {
      id: idOf(7),
      time: '2023-11-14T22:13:27.123456789Z',
      name: 'cart.item_added',
      severity: 9,
      message: 'one more',
      data: {
        number: 7,
        big: '1152921504606846976',
        list: [1.5, 'x', null],
        nothing: null,
        bytes: 'AQI=',
        nan: 'NaN',
      },
      category: 'cart',
      tags: ['a', 'b'],
      session: { id: 's1', cart: { items: 2 } },
      userId: 'ada',
      projectId: 'p1',
      times: { start: 1, end: 3, duration: 2 },
      error: { type: 'RangeError', message: 'too far' },
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      service: 'shop',
      spool: { ...at, position: one, sinks: ['otlp', 'archive'], pending: ['archive'] },
    },
    {
      span: 'aaaaaaaaaaaaaaa3',
      name: 'checkout',
      time: '2023-11-14T22:13:20.000000005Z',
      end: '2023-11-14T22:13:21.000Z',
      kind: 'server',
      status: 'error',
      statusMessage: 'no stock',
      attributes: { number: 3, list: [1, 2] },
      events: [{ time: '2023-11-14T22:13:20.500Z', name: 'retried', attributes: { attempt: 2 } }],
      traceId: 'b'.repeat(32),
      service: 'shop',
      spool: { ...at, position: two, sinks: ['otlp'], pending: ['otlp'] },
    },
    {
      id: idOf(8),
      time: '2023-11-14T22:13:28.123456789Z',
      name: 'plain',
      severity: 17,
      service: 'shop',
      spool: { ...at, position: three, sinks: ['otlp'], pending: ['otlp'] },
    },
  ]);
});

/** Two owners at the same time; a record is appended in the second of its number. One sink has settled some. */
async function twoOwners(t: TestContext): Promise<string> {
  const directory = tempDir(t);
  for (const numbers of [
    [0, 1, 2, 6, 9],
    [3, 4, 5, 7, 8],
  ]) {
    let now = 0;
    const spool = new Spool({ spool: directory, now: () => now, segmentBytes: 700 });
    for (const number of numbers) {
      now = number * 1_000;
      const isEven = number % 4 < 2;
      const kind = spool.kind('logs', SHOP, isEven ? 'even' : 'odd', isEven ? ['otlp'] : ['otlp', 'archive']);
      spool.append(kind, event(number, { name: isEven ? 'even' : 'odd' }));
      await spool.durable();
      // The clock is looked at once a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const batch = spool.cursor('otlp').read(Number.POSITIVE_INFINITY, 2);
    spool.cursor('otlp').ack(batch?.to ?? 0);
    spool.close();
  }
  return directory;
}

test('records of several owners come in the order of their appends, and can be chosen', async (t) => {
  const directory = await twoOwners(t);
  const numbers = async (...args: string[]): Promise<unknown[]> => {
    const { status, stdout, stderr } = await cli('cat', directory, ...args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    return jsonLines(stdout).map(({ data }) => (data as { number: number }).number);
  };
  // What every sink has is gone with its segment.
  const all = await numbers();
  assert.deepEqual(
    all,
    [...(all as number[])].sort((a, b) => a - b),
    'in order',
  );
  assert.deepEqual(await numbers('--pending'), [2, 3, 5, 6, 7, 8, 9]);
  assert.deepEqual(await numbers('--pending', '--sink', 'otlp'), [2, 5, 6, 7, 8, 9]);
  assert.deepEqual(await numbers('--sink', 'archive'), [2, 3, 6, 7]);
  assert.deepEqual(await numbers('--name', 'odd', '--limit', '3'), [2, 3, 6]);
  assert.deepEqual(await numbers('--name', 'od'), []);
  assert.deepEqual(await numbers('--limit', '0'), []);
});

test('a sink that nobody has is an error that names the nearest one', async (t) => {
  const directory = await twoOwners(t);
  assert.deepEqual(await cli('cat', directory, '--sink', 'archiv'), {
    status: 1,
    stdout: '',
    stderr: 'otel-events spool cat: OPTION_INVALID: --sink: no sink "archiv" here (did you mean archive?)\n',
  });
});

test('--format otlp prints each record whole, with its resource and scope', async (t) => {
  const directory = tempDir(t);
  const other = encodeEnvelope({ attributes: { 'service.name': 'till' } }, { name: 'till' });
  const spool = new Spool({ spool: directory });
  t.after(() => spool.close());
  spool.append(spool.kind('logs', SHOP, 'a', ['otlp']), event(1, RICH));
  spool.append(spool.kind('traces', other, 'b', ['otlp']), span(2));
  await spool.durable();
  const { status, stdout } = await cli('cat', directory, '--format', 'otlp');
  assert.equal(status, 0);
  assert.deepEqual(jsonLines(stdout), [
    OtlpRequest.read('logs', 'protobuf', toRequest(SHOP, [event(1, RICH)])).decoded(),
    OtlpRequest.read('traces', 'protobuf', toRequest(other, [span(2)])).decoded(),
  ]);
});

test('a header that was damaged is found where a later segment repeats it', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(directory, { events: [1, 2, 3, 4] }, { segmentBytes: 500 });
  const [first = ''] = segmentsIn(spool);
  spool.close();
  const [name = ''] = readdirSync(directory);
  const file = path.join(directory, name, path.basename(first));
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('web-1')] = 0;
  writeFileSync(file, bytes);
  const { stdout } = await cli('cat', directory);
  assert.deepEqual(
    jsonLines(stdout).map(({ id, service }) => [id, service]),
    [1, 2, 3, 4].map((number) => [idOf(number), 'shop']),
  );
});

test('a record that is not OTLP is left out, and said', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(directory, { events: [1] });
  t.after(() => spool.close());
  const position = spool.end;
  spool.append(spool.kind('logs', SHOP, 'cart.item_added', ['otlp']), Buffer.from('no field'));
  spool.append(spool.kind('logs', SHOP, 'cart.item_added', ['otlp']), event(2));
  await spool.durable();
  const { status, stdout, stderr } = await cli('cat', directory);
  assert.deepEqual([status, jsonLines(stdout).map(({ id }) => id)], [1, [idOf(1), idOf(2)]]);
  assert.match(
    stderr,
    new RegExp(
      `^otel-events spool cat: OTLP_INVALID: 1 records? left out, the first at position ${position} of [^\n]+\n$`,
    ),
  );
});

test('whoever has seen enough may close the pipe', async (t) => {
  const directory = tempDir(t);
  const events = Array.from({ length: 20_000 }, (_, number) => number);
  const spool = await fill(directory, { events });
  t.after(() => spool.close());
  const child = startCli(['cat', directory]);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { status, stderr } = await ended(child);
  assert.deepEqual([status, stderr], [0, '']);
});

test('much more than fits into memory is read in pieces', { timeout: 120_000 }, async (t) => {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', SHOP, 'big', ['otlp']);
  const field = event(1, { name: 'big', data: { text: 'x'.repeat(100_000) } });
  for (let count = 0; count < 3_000; count++) spool.append(kind, field);
  await spool.durable();
  spool.close();
  const told = `data:text/javascript,${encodeURIComponent("process.on('exit', () => process.stderr.write('rss ' + process.resourceUsage().maxRSS))")}`;
  for (const args of [['ls'], ['verify'], ['cat', '--name', 'none']]) {
    const { status, stderr } = await ended(startCli([...args, directory], ['--import', told]));
    const mebibytes = Number(/^rss (\d+)$/.exec(stderr)?.[1]) / 1024;
    assert.equal(status, 0);
    assert.ok(mebibytes < 200, `${args[0]}: ${mebibytes} MiB for 286`);
    t.diagnostic(`${args[0]}: ${Math.round(mebibytes)} MiB`);
  }
});

test('what is taken over while it is read is said', async (t) => {
  const directory = tempDir(t);
  const events = Array.from({ length: 30_000 }, (_, number) => number);
  (await fill(directory, { events })).close();
  const [name = ''] = readdirSync(directory);
  const child = startCli(['cat', directory]);
  // The command stops in the middle, since nobody reads on.
  child.stdout?.once('data', () => {
    child.stdout?.pause();
    renameSync(path.join(directory, name), path.join(directory, `free-${'0'.repeat(16)}`));
    child.stdout?.resume();
  });
  const { status, stderr } = await ended(child);
  assert.deepEqual(
    [status, stderr],
    [1, 'otel-events spool cat: ENOENT: a sub-directory was taken over while it was read; run this again\n'],
  );
});
