import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClaimedLetters } from '../../src/cli/spool/claimed-letters.ts';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { type DeadLetter, DeadLetters, readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { type Answer, type HttpSink, httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { cli, ended, event, idOf, jsonLines, SHOP, snapshot, span, startCli } from './spool-samples.ts';

/** A letter by its number, refused in the second of that number. */
function letter(number: number, more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    time: new Date(number * 1000).toISOString(),
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'cart.item_added',
    request: toRequest(SHOP, [event(number)]),
    ...more,
  };
}

function directoryWith(t: TestContext, letters: readonly DeadLetter[]): string {
  const directory = tempDir(t);
  const file = new DeadLetters(directory);
  for (const each of letters) assert.equal(file.add(each), true);
  return directory;
}

async function server(t: TestContext, answer?: Answer): Promise<HttpSink> {
  const sink = await httpSink(answer);
  t.after(() => sink.close());
  return sink;
}

function lettersIn(directory: string): DeadLetter[] {
  return [...readDeadLetters(directory)].map((found) => found.letter);
}

function filesIn(directory: string): string[] {
  return readdirSync(path.join(directory, 'dead-letter')).map((name) =>
    path.join(directory, 'dead-letter', name),
  );
}

/** As {@link readDeadLetters} gives them. */
function read(letters: readonly DeadLetter[]): DeadLetter[] {
  return letters.map((each) => ({ ...each, request: Buffer.from(each.request) }));
}

const SPAN: Partial<DeadLetter> = {
  sink: 'otlp.traces',
  signal: 'traces',
  name: 'checkout',
  reason: 'http_422',
  answer: 'bad span',
  request: toRequest(SHOP, [span(3)]),
};

test('ls tells what was refused, when, by whom and why', async (t) => {
  const directory = directoryWith(t, [letter(1), letter(2, SPAN), letter(3, { request: Buffer.from('?') })]);
  const sizes = [toRequest(SHOP, [event(1)]).length, toRequest(SHOP, [span(3)]).length];
  const row = (...cells: string[]): string =>
    [
      cells[0],
      cells[1]?.padEnd(11),
      cells[2]?.padEnd(8),
      cells[3]?.padEnd(15),
      cells[4]?.padEnd(36),
      cells[5]?.padStart(4),
    ].join('  ');
  const { status, stdout, stderr } = await cli('dead-letter', 'ls', directory);
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(stdout.split('\n'), [
    row('                    TIME', 'SINK', 'REASON', 'NAME', 'ID', 'SIZE'),
    row('1970-01-01T00:00:01.000Z', 'otlp', 'http_400', 'cart.item_added', idOf(1), String(sizes[0])),
    row(
      '1970-01-01T00:00:02.000Z',
      'otlp.traces',
      'http_422',
      'checkout',
      'aaaaaaaaaaaaaaa3',
      String(sizes[1]),
    ),
    row('1970-01-01T00:00:03.000Z', 'otlp', 'http_400', 'cart.item_added', '-', '1'),
    '',
    '3 dead letters',
    '',
  ]);
  const [first, second, third] = jsonLines((await cli('dead-letter', 'ls', directory, '--json')).stdout);
  const [file = ''] = filesIn(directory);
  assert.deepEqual(second, {
    time: '1970-01-01T00:00:02.000Z',
    sink: 'otlp.traces',
    reason: 'http_422',
    signal: 'traces',
    name: 'checkout',
    answer: 'bad span',
    bytes: sizes[1],
    file: path.basename(file),
    line: 2,
    record: second?.record,
  });
  const [log, spanned] = [first, second].map((each) => each?.record as Record<string, unknown> | undefined);
  assert.deepEqual([log?.data, spanned?.span], [{ number: 1 }, 'aaaaaaaaaaaaaaa3']);
  assert.deepEqual([third?.record, third?.bytes], [undefined, 1]);
});

test('without any there is nothing to be done', async (t) => {
  const directory = tempDir(t);
  const sink = await server(t);
  for (const [args, stdout] of [
    [['ls'], 'no dead letters\n'],
    [['drop', '--all'], 'dropped 0 dead letters, 0 left\n'],
    [['replay', '--to', sink.url], 'replayed 0 records in 0 requests, refused 0\n'],
  ] as const) {
    assert.deepEqual(await cli('dead-letter', ...args, directory), { status: 0, stdout, stderr: '' });
  }
  assert.deepEqual(readdirSync(directory), []);
  const missing = path.join(directory, 'missing');
  const { status, stderr } = await cli('dead-letter', 'ls', missing);
  assert.deepEqual(
    [status, stderr],
    [2, `otel-events spool dead-letter ls: ENOENT: cannot read ${missing}\n`],
  );
});

test('replay sends each as it was, removes those that are taken and keeps the others', async (t) => {
  const letters = [letter(1), letter(2), letter(3, SPAN), letter(4)];
  const directory = directoryWith(t, letters);
  const bad = Buffer.from(letter(2).request);
  const sink = await server(t, ({ body }, response) =>
    response.writeHead(body.equals(bad) ? 400 : 200).end(),
  );
  assert.deepEqual(await cli('dead-letter', 'replay', directory, '--to', sink.url), {
    status: 1,
    stdout: 'replayed 3 records in 4 requests, refused 1\n',
    stderr: `otel-events spool dead-letter replay: EXPORT_FAILED: ${sink.url}/v1/logs answered 400\n`,
  });
  for (const signal of ['logs', 'traces']) {
    assert.deepEqual(
      sink.requests.filter(({ path: place }) => place === `/v1/${signal}`).map(({ body }) => body),
      letters.filter((each) => each.signal === signal).map(({ request }) => Buffer.from(request)),
    );
  }
  assert.deepEqual(lettersIn(directory), read([letter(2)]));
  const again = await server(t);
  assert.equal((await cli('dead-letter', 'replay', directory, '--to', again.url)).status, 0);
  assert.deepEqual(filesIn(directory), [], 'the file goes with its last letter');
});

test('requests count that were answered, also where all that they held was refused', async (t) => {
  // What a destination refuses that has accepted nothing is set aside first: one is taken.
  const directory = directoryWith(t, [letter(1), letter(2), letter(3)]);
  const taken = Buffer.from(letter(1).request);
  const sink = await server(t, ({ body }, response) =>
    response.writeHead(body.equals(taken) ? 200 : 422).end(),
  );
  const replay = async (): Promise<string> =>
    (await cli('dead-letter', 'replay', directory, '--to', sink.url, '--timeout', '2')).stdout;
  assert.equal(await replay(), 'replayed 1 record in 3 requests, refused 2\n');
  const before = sink.requests.length;
  const stdout = await replay();
  const asked = sink.requests.length - before;
  assert.ok(asked >= 2);
  assert.equal(stdout, `replayed 0 records in ${asked} requests, refused 0\n`);
});

test('what a server that goes away does not get stays, all of it', async (t) => {
  const directory = directoryWith(t, [letter(1), letter(2), letter(3)]);
  const sink = await server(t, (_, response, index) => {
    response.writeHead(index === 0 ? 200 : 503).end();
    if (index === 1) child.kill('SIGINT');
  });
  const child = startCli(['dead-letter', 'replay', directory, '--to', sink.url]);
  const { status, stdout, stderr } = await ended(child);
  assert.equal(status, 1);
  // The signal may come before the second answer.
  assert.match(stdout, /^replayed 1 record in [12] requests?, refused 0\n$/);
  assert.match(stderr, /EXPORT_FAILED: 2 records are left, as dead letters as before\n$/);
  assert.deepEqual(lettersIn(directory), read([letter(2), letter(3)]));
});

test('a letter that is written meanwhile is not lost', async (t) => {
  const directory = tempDir(t);
  const writer = new DeadLetters(directory);
  writer.add(letter(1));
  const [file = ''] = filesIn(directory);
  const sink = await server(t, (_, response) => {
    writer.add(letter(2));
    // Somebody had the file open when it was claimed.
    const [claimed = ''] = filesIn(directory).filter((each) => each !== file);
    appendFileSync(claimed, readFileSync(file));
    response.end();
  });
  assert.equal((await cli('dead-letter', 'replay', directory, '--to', sink.url)).status, 0);
  assert.equal(sink.requests.length, 1);
  assert.deepEqual(lettersIn(directory), read([letter(2), letter(2)]));
});

test('torn lines, and letters that hold no request, are left alone', async (t) => {
  const directory = directoryWith(t, [letter(1), letter(2, { request: Buffer.from('no request') })]);
  const [file = ''] = filesIn(directory);
  appendFileSync(file, '{"time":"20');
  const lines = readFileSync(file, 'utf8').split('\n');
  const sink = await server(t);
  assert.deepEqual(await cli('dead-letter', 'replay', directory, '--to', sink.url), {
    status: 1,
    stdout: 'replayed 1 record in 1 request, refused 0\n',
    stderr:
      'otel-events spool dead-letter replay: OTLP_INVALID: 1 dead letter without a request that could be sent: kept as it is\n',
  });
  const [left = ''] = filesIn(directory);
  assert.deepEqual(readFileSync(left, 'utf8').split('\n'), lines.slice(1));
});

test('drop removes what is chosen, and says how many', async (t) => {
  const letters = [
    letter(1),
    letter(2, { reason: 'http_413' }),
    letter(3),
    letter(4, { reason: 'http_413' }),
  ];
  for (const [args, stdout, left] of [
    [['--before', '1970-01-01T00:00:03Z'], 'dropped 2 dead letters, 2 left\n', letters.slice(2)],
    [['--reason', 'http_413'], 'dropped 2 dead letters, 2 left\n', [letter(1), letter(3)]],
    [
      ['--reason', 'http_413', '--before', '1970-01-01T00:00:03Z'],
      'dropped 1 dead letter, 3 left\n',
      [letter(1), ...letters.slice(2)],
    ],
    [['--reason', 'other'], 'dropped 0 dead letters, 4 left\n', letters],
    [['--all'], 'dropped 4 dead letters, 0 left\n', []],
  ] as const) {
    const directory = directoryWith(t, letters);
    assert.deepEqual(await cli('dead-letter', 'drop', directory, ...args), { status: 0, stdout, stderr: '' });
    assert.deepEqual(lettersIn(directory), read(left));
  }
});

test('drop has to be told what, in terms it understands', async (t) => {
  const directory = directoryWith(t, [letter(1)]);
  const before = snapshot(directory);
  for (const [args, message] of [
    [[], 'say which: --all, or --before and --reason (see --help)'],
    [['--all', '--reason', 'x'], 'say which: --all, or --before and --reason (see --help)'],
    [['--before', 'soon'], '--before: a time in ISO 8601 wanted, not "soon" (see --help)'],
  ] as const) {
    const { status, stderr } = await cli('dead-letter', 'drop', directory, ...args);
    assert.deepEqual(
      [status, stderr],
      [1, `otel-events spool dead-letter drop: OPTION_INVALID: ${message}\n`],
    );
  }
  assert.deepEqual(snapshot(directory), before);
});

test('a crash before the last step of a removal loses no letter', async (t) => {
  const directory = directoryWith(t, [letter(1), letter(2)]);
  const [file = ''] = filesIn(directory);
  const claimed = ClaimedLetters.claim(file);
  assert.deepEqual(lettersIn(directory), read([letter(1), letter(2)]), 'claimed and no more');
  const [name = ''] = filesIn(directory);
  writeFileSync(`${name}.next`, 'half a le');
  assert.deepEqual(lettersIn(directory), read([letter(1), letter(2)]), 'in the middle of the new file');
  claimed?.remove(new Set([1]));
  assert.deepEqual(lettersIn(directory), read([letter(2)]));
  assert.deepEqual(filesIn(directory), [name]);
  assert.equal(ClaimedLetters.claim(file), undefined, 'it is somebody else who has it');
});
