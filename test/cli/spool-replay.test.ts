import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { Spool } from '../../src/spool/spool.ts';
import { freePort } from '../harness/free-port.ts';
import { type Answer, type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { segmentFiles } from '../spool/fields.ts';
import {
  cli,
  ended,
  event,
  fill,
  fillAndDie,
  idOf,
  onlySubDirectory,
  SHOP,
  snapshot,
  span,
  startCli,
} from './spool-samples.ts';

const READ_ONLY = (count: number): string =>
  `otel-events spool replay: ${count === 1 ? '1 record was only read: its' : `${count} records were only read: their`} owner, or the next process, sends ${count === 1 ? 'it' : 'them'} again\n`;

async function server(t: TestContext, answer?: Answer): Promise<HttpSink> {
  const sink = await httpSink(answer);
  t.after(() => sink.close());
  return sink;
}

/** The numbers of the events in requests, in the order of their arrival. */
function numbersIn(requests: readonly SinkRequest[]): unknown[] {
  return requests
    .filter(({ path: place }) => place === '/v1/logs')
    .flatMap(({ body }) => recordsOf(OtlpRequest.read('logs', 'protobuf', body)))
    .map(({ attributes }) => attributes.number);
}

/** The numbers of the events that are pending for a sink. */
async function pendingFor(directory: string, sink: string): Promise<unknown[]> {
  const { stdout } = await cli('cat', directory, '--pending', '--sink', sink);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { data: { number: number } }).data.number);
}

test('records leave byte for byte as they are, each once, and the spool stays as it is', async (t) => {
  const directory = tempDir(t);
  const other = encodeEnvelope({ attributes: { 'service.name': 'till' } }, { name: 'till' });
  const spool = new Spool({ spool: directory });
  for (const number of [1, 2, 3]) {
    spool.append(spool.kind('logs', SHOP, 'a', ['otlp', 'archive']), event(number, { name: 'a' }));
  }
  spool.append(spool.kind('traces', SHOP, 'checkout', ['otlp.traces']), span(4));
  spool.append(spool.kind('logs', other, 'a', ['archive']), event(5, { name: 'a' }));
  await spool.durable();
  const cursor = spool.cursor('otlp');
  cursor.ack(cursor.read(1000, 1)?.to ?? 0);
  spool.close();
  const before = snapshot(directory);
  const sink = await server(t);
  assert.deepEqual(await cli('replay', directory, '--to', `${sink.url}/base/`), {
    status: 0,
    stdout: 'replayed 5 records in 3 requests, refused 0\n',
    stderr: READ_ONLY(5),
  });
  const bodies = (place: string): Buffer[] =>
    sink.requests.filter((request) => request.path === place).map(({ body }) => body);
  const inShop = [1, 2, 3].map((number) => event(number, { name: 'a' }));
  assert.deepEqual(bodies('/base/v1/logs'), [
    Buffer.from(toRequest(SHOP, inShop)),
    Buffer.from(toRequest(other, [event(5, { name: 'a' })])),
  ]);
  assert.deepEqual(bodies('/base/v1/traces'), [Buffer.from(toRequest(SHOP, [span(4)]))]);
  for (const { method, headers } of sink.requests) {
    assert.deepEqual([method, headers['content-type']], ['POST', 'application/x-protobuf']);
  }
  assert.deepEqual(snapshot(directory), before);
});

test('what is sent can be chosen by sink, and what is settled comes with --all', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(directory, { events: [1, 2, 3], sinks: ['otlp', 'archive'], settled: 2 });
  spool.append(spool.kind('logs', SHOP, 'a', ['archive']), event(4));
  spool.append(spool.kind('logs', SHOP, 'a', ['otlp']), event(5));
  await spool.durable();
  spool.close();
  for (const [args, numbers] of [
    ['--sink otlp', [3, 5]],
    ['--sink archive', [1, 2, 3, 4]],
    ['--sink otlp --sink archive', [1, 2, 3, 4, 5]],
    ['--sink otlp --all', [1, 2, 3, 5]],
    ['--all', [1, 2, 3, 4, 5]],
  ] as const) {
    const sink = await server(t);
    assert.equal((await cli('replay', directory, '--to', sink.url, ...args.split(' '))).status, 0);
    assert.deepEqual(numbersIn(sink.requests), numbers, args);
  }
  const { status, stderr } = await cli('replay', directory, '--to', 'http://localhost:1', '--sink', 'oltp');
  assert.equal(status, 1);
  assert.match(stderr, /no sink "oltp" here \(did you mean otlp\?\)\n$/);
});

test('--encoding json sends the same records in OTLP/JSON', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2] })).close();
  const sink = await server(t);
  assert.equal((await cli('replay', directory, '--to', sink.url, '--encoding', 'json')).status, 0);
  const [request] = sink.requests;
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.deepEqual(
    JSON.parse(String(request?.body)),
    OtlpRequest.read('logs', 'protobuf', toRequest(SHOP, [event(1), event(2)])).decoded(),
  );
});

test('headers are sent, from the command line or a file, and never shown', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1] })).close();
  const file = path.join(tempDir(t), 'headers');
  writeFileSync(file, 'authorization: Bearer s3cret\n\nx-tenant:  a: b \n');
  const sink = await server(t, (_, response) => response.writeHead(401).end());
  const args = ['--to', sink.url, '--header', `@${file}`, '--header', 'X-Two: s3cret-too'];
  const sent = await cli('replay', directory, ...args);
  const { authorization, 'x-tenant': tenant, 'x-two': two } = sink.requests[0]?.headers ?? {};
  assert.deepEqual([authorization, tenant, two], ['Bearer s3cret', 'a: b', 's3cret-too']);
  assert.equal(sent.status, 1);
  assert.doesNotMatch(sent.stdout + sent.stderr, /s3cret/);
  for (const header of ['s3cret', 'a b: s3cret', 'a: s3cret\u0001', ': s3cret']) {
    assert.deepEqual(
      await cli('replay', directory, '--to', sink.url, '--header', 'ok: 1', '--header', header),
      {
        status: 1,
        stdout: '',
        stderr:
          "otel-events spool replay: OPTION_INVALID: --header: number 2 is not 'name: value' (see --help)\n",
      },
    );
  }
});

test('the secrets of another destination stay in the environment', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1] })).close();
  const sink = await server(t);
  process.env.OTEL_EXPORTER_OTLP_HEADERS = 'authorization=s3cret';
  process.env.OTEL_EXPORTER_OTLP_LOGS_HEADERS = 'authorization=s3cret';
  t.after(() => {
    delete process.env.OTEL_EXPORTER_OTLP_HEADERS;
    delete process.env.OTEL_EXPORTER_OTLP_LOGS_HEADERS;
  });
  assert.equal((await cli('replay', directory, '--to', sink.url)).status, 0);
  assert.equal(sink.requests[0]?.headers.authorization, undefined);
});

test('a URL that is none, or goes too far, is told at once', async () => {
  for (const [url, message] of [
    ['localhost:4318', '--to: wanted an http or https URL (write it whole, such as http://localhost:4318)'],
    ['http://a/v1/logs', '--to: wanted the base URL (leave out /v1/logs and /v1/traces: they are appended)'],
  ] as const) {
    const { status, stderr } = await cli('replay', 'x', '--to', url);
    assert.deepEqual([status, stderr], [1, `otel-events spool replay: OPTION_INVALID: ${message}\n`]);
  }
});

test('a server that is away for a while is waited for', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2] })).close();
  const sink = await server(t, (_, response, index) => response.writeHead(index < 2 ? 503 : 200).end());
  const { status, stdout } = await cli('replay', directory, '--to', sink.url);
  assert.deepEqual([status, stdout], [0, 'replayed 2 records in 3 requests, refused 0\n']);
  assert.equal(sink.requests.length, 3);
});

test('without any success the time is up, and it says how many are left', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2] })).close();
  const url = `http://127.0.0.1:${await freePort()}`;
  assert.deepEqual(await cli('replay', directory, '--to', url, '--timeout', '2', '--drain'), {
    status: 1,
    stdout: 'replayed 0 records in 0 requests, refused 0\n',
    stderr: [
      `otel-events spool replay: EXPORT_FAILED: ${url}/v1/logs did not answer: ECONNREFUSED\n`,
      'otel-events spool replay: EXPORT_FAILED: 2 records are left, in the spool as before\n',
    ].join(''),
  });
  assert.deepEqual(await pendingFor(directory, 'otlp'), [1, 2]);
  assert.match(path.basename(onlySubDirectory(directory)), /^free-/);
});

test('a wrong token ends it at once, not after the time-out', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1] })).close();
  const sink = await server(t, (_, response) => response.writeHead(401).end());
  const { status, stderr } = await cli('replay', directory, '--to', sink.url, '--timeout', '600');
  assert.equal(status, 1);
  assert.match(stderr, /\/v1\/logs answered 401 \(check the credentials in the headers\)\n/);
  assert.equal(sink.requests.length, 1);
});

test('a server that takes no spans gets the logs of all sub-directories', async (t) => {
  const directory = tempDir(t);
  for (const number of [1, 2]) {
    const spool = new Spool({ spool: directory });
    spool.append(spool.kind('traces', SHOP, 'checkout', ['otlp.traces']), span(number));
    spool.append(spool.kind('logs', SHOP, 'a', ['otlp']), event(number));
    await spool.durable();
    spool.close();
  }
  const sink = await server(t, (request, response) => {
    response.writeHead(request.path === '/v1/logs' ? 200 : 404).end();
  });
  const { status, stdout, stderr } = await cli('replay', directory, '--to', sink.url, '--drain');
  assert.deepEqual([status, stdout], [1, 'replayed 2 records in 3 requests, refused 0\n']);
  assert.deepEqual(stderr.split('\n'), [
    `otel-events spool replay: EXPORT_FAILED: ${sink.url}/v1/traces answered 404 (check the URL: over OTLP it usually ends in /v1/logs or /v1/traces)`,
    'otel-events spool replay: EXPORT_FAILED: 2 records are left, in the spool as before',
    '',
  ]);
  const left = await cli('cat', directory, '--pending');
  assert.deepEqual(
    left.stdout.match(/"span":"\w+"/g),
    [1, 2].map((number) => `"span":"${String(number).padStart(16, 'a')}"`),
  );
});

test('what a server refuses is counted, and the others are delivered', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2, 3, 4] })).close();
  const isBad = ({ body }: SinkRequest): boolean =>
    numbersIn([{ body, path: '/v1/logs' } as SinkRequest]).includes(3);
  const sink = await server(t, (request, response) =>
    response.writeHead(isBad(request) ? 400 : 200).end('no 3'),
  );
  const { status, stdout } = await cli('replay', directory, '--to', sink.url);
  assert.deepEqual([status, stdout], [1, 'replayed 3 records in 5 requests, refused 1\n']);
  assert.deepEqual([...readDeadLetters(directory)], [], 'nothing is written without --drain');
  const drained = await cli('replay', directory, '--to', sink.url, '--drain');
  assert.deepEqual([drained.status, drained.stdout], [1, 'replayed 3 records in 5 requests, refused 1\n']);
  const [letter, ...more] = [...readDeadLetters(directory)].map((found) => found.letter);
  const { sink: name, reason, signal, request } = letter ?? {};
  assert.deepEqual([name, reason, signal, more], ['otlp', 'http_400', 'logs', []]);
  assert.deepEqual(Buffer.from(request ?? []), Buffer.from(toRequest(SHOP, [event(3)])));
  assert.deepEqual(readdirSync(directory), ['dead-letter']);
});

test('--drain empties what dead owners left, and only reads what living ones have', async (t) => {
  const directory = tempDir(t);
  await fillAndDie(directory, { events: [1, 2, 3], settled: 1 });
  (await fill(directory, { events: [4] })).close();
  const living = await fill(directory, { events: [5, 6], settled: 1 });
  t.after(() => living.close());
  // Its owner writes a heartbeat every few seconds.
  const filesOf = (): string[] =>
    snapshot(living.directory ?? '').filter((file) => !file.startsWith('heartbeat '));
  const before = filesOf();
  const sink = await server(t);
  assert.deepEqual(await cli('replay', directory, '--to', sink.url, '--drain'), {
    status: 0,
    stdout: 'replayed 4 records in 3 requests, refused 0\n',
    stderr: READ_ONLY(1),
  });
  assert.deepEqual(numbersIn(sink.requests).sort(), [2, 3, 4, 6]);
  assert.deepEqual(readdirSync(directory), [path.basename(living.directory ?? '')]);
  assert.deepEqual(filesOf(), before);
  assert.equal(living.cursor('otlp').pending, 1);
});

test('a drain that is stopped half-way settles what was delivered, and leaves the rest to the next process', async (t) => {
  const directory = tempDir(t);
  const events = Array.from({ length: 40 }, (_, number) => number);
  const spool = new Spool({ spool: directory });
  for (const number of events) {
    // A header of its own for each ten, so that they go in requests of their own.
    const header = encodeEnvelope({ attributes: { ten: Math.floor(number / 10) } }, { name: 'x' });
    spool.append(spool.kind('logs', header, 'a', ['otlp']), event(number));
  }
  await spool.durable();
  spool.close();
  const sink = await server(t, (_, response, index) => {
    if (index < 2) response.end();
    else child.kill('SIGTERM');
  });
  const child = startCli(['replay', directory, '--to', sink.url, '--drain']);
  const { status, stdout, stderr } = await ended(child);
  assert.deepEqual(
    [status, stdout, stderr],
    [
      1,
      'replayed 20 records in 2 requests, refused 0\n',
      'otel-events spool replay: EXPORT_FAILED: 20 records are left, in the spool as before\n',
    ],
  );
  assert.deepEqual(await pendingFor(directory, 'otlp'), events.slice(20));
  assert.match(path.basename(onlySubDirectory(directory)), /^free-/);
});

test('a drain for one of several sinks leaves the others theirs, and has to be asked for by name', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2], sinks: ['otlp', 'archive'] })).close();
  const sink = await server(t);
  assert.deepEqual(await cli('replay', directory, '--to', sink.url, '--drain'), {
    status: 1,
    stdout: '',
    stderr:
      'otel-events spool replay: OPTION_INVALID: --drain: several sinks wait: otlp, archive (say with --sink which of them have got what is delivered)\n',
  });
  assert.equal((await cli('replay', directory, '--to', sink.url, '--drain', '--sink', 'otlp')).status, 0);
  assert.deepEqual(await pendingFor(directory, 'otlp'), []);
  assert.deepEqual(await pendingFor(directory, 'archive'), [1, 2]);
  assert.equal((await cli('replay', directory, '--to', sink.url, '--drain')).status, 0, 'only one is left');
  assert.deepEqual(readdirSync(directory), []);
});

test('the sinks of an OTLP server are drained together', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(directory, { events: [1] });
  spool.append(spool.kind('traces', SHOP, 'checkout', ['otlp.traces']), span(2));
  await spool.durable();
  spool.close();
  const sink = await server(t);
  assert.equal((await cli('replay', directory, '--to', sink.url, '--drain')).status, 0);
  assert.deepEqual(sink.requests.map(({ path: place }) => place).sort(), ['/v1/logs', '/v1/traces']);
  assert.deepEqual(readdirSync(directory), []);
});

test('what cannot be taken over is told, and stays', async (t) => {
  const directory = smallDisk(t, '4m');
  if (directory === undefined) return;
  (await fill(directory, { events: [1] })).close();
  execFileSync('mount', ['-o', 'remount,ro', directory]);
  const sink = await server(t);
  const home = onlySubDirectory(directory);
  assert.deepEqual(await cli('replay', directory, '--to', sink.url, '--drain'), {
    status: 2,
    stdout: 'replayed 0 records in 0 requests, refused 0\n',
    stderr: [
      `otel-events spool replay: SPOOL_UNWRITABLE: cannot take over ${home}: EROFS (without --drain it is only read)\n`,
      'otel-events spool replay: EXPORT_FAILED: 1 record is left, in the spool as before\n',
    ].join(''),
  });
  assert.equal((await cli('replay', directory, '--to', sink.url)).status, 0);
});

test('damage goes to the quarantine before a drained directory is removed', async (t) => {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2, 3] })).close();
  const [file = ''] = segmentFiles(onlySubDirectory(directory));
  const bytes = readFileSync(file);
  const at = bytes.indexOf(event(2));
  bytes[at + 20] = (bytes[at + 20] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const sink = await server(t);
  assert.equal((await cli('replay', directory, '--to', sink.url, '--drain')).status, 0);
  assert.deepEqual(numbersIn(sink.requests), [1, 3]);
  assert.deepEqual(readdirSync(directory), ['quarantine']);
  const [kept = ''] = readdirSync(path.join(directory, 'quarantine'));
  const place = path.join(directory, 'quarantine', kept);
  assert.deepEqual(readFileSync(place), bytes.subarray(at - 36, at + event(2).length));
});

test('a living owner may write and settle while its records are replayed', async (t) => {
  const directory = tempDir(t);
  const spool = await fill(
    directory,
    { events: Array.from({ length: 2000 }, (_, n) => n) },
    { segmentBytes: 32 * 1024 },
  );
  t.after(() => spool.close());
  const cursor = spool.cursor('otlp');
  const kind = spool.kind('logs', SHOP, 'cart.item_added', ['otlp']);
  const sink = await server(t, (_, response) => {
    for (let number = 0; number < 100; number++) spool.append(kind, event(10_000 + number));
    const batch = cursor.read(64 * 1024);
    if (batch !== undefined) cursor.ack(batch.to);
    response.end();
  });
  const { status, stdout } = await cli('replay', directory, '--to', sink.url);
  assert.equal(status, 0, stdout);
  const numbers = numbersIn(sink.requests) as number[];
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
    'in order, each once',
  );
  assert.ok(existsSync(spool.directory ?? ''));
  assert.ok(numbers.length > 0 && numbers.length <= 2000);
});

test('an owner that ends meanwhile takes nothing away that it has not delivered itself', async (t) => {
  const directory = tempDir(t);
  const events = Array.from({ length: 20_000 }, (_, number) => number);
  for (const isSettled of [true, false]) {
    const spool = await fill(directory, { events }, { segmentBytes: 128 * 1024 });
    const sink = await server(t, (_, response, index) => {
      if (index === 0) {
        const cursor = spool.cursor('otlp');
        for (let batch = cursor.read(); isSettled && batch !== undefined; batch = cursor.read())
          cursor.ack(batch.to);
        spool.close();
      }
      response.end();
    });
    const { status, stdout, stderr } = await cli('replay', directory, '--to', sink.url);
    const sent = Number(/^replayed (\d+) /.exec(stdout)?.[1]);
    assert.ok(sent > 0 && sent < events.length, stdout);
    const gone = `${events.length - sent} records were`;
    assert.equal(status, isSettled ? 0 : 1);
    const message = isSettled
      ? `${gone} settled by their owner meanwhile`
      : `ENOENT: ${gone} taken over by another process; run this again`;
    assert.ok(stderr.startsWith(`otel-events spool replay: ${message}\n`), stderr);
  }
});

test('ids, times and trace context arrive as they were', async (t) => {
  const directory = tempDir(t);
  const more = {
    span: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 },
    observedTime: [9, 8] as const,
  };
  const spool = new Spool({ spool: directory });
  spool.append(spool.kind('logs', SHOP, 'a', ['otlp']), event(1, more));
  await spool.durable();
  spool.close();
  const sink = await server(t);
  await cli('replay', directory, '--to', sink.url);
  const [record] = recordsOf(OtlpRequest.read('logs', 'protobuf', sink.requests[0]?.body ?? Buffer.alloc(0)));
  assert.deepEqual(record, {
    timeUnixNano: 1_700_000_001_123_456_789n,
    observedTimeUnixNano: 9_000_000_008n,
    severityNumber: 9,
    eventName: 'cart.item_added',
    body: 'cart.item_added',
    attributes: { 'log.record.uid': idOf(1), number: 1 },
    traceId: 'c'.repeat(32),
    spanId: 'd'.repeat(16),
    flags: 1,
    resource: { attributes: { 'service.name': 'shop', 'host.name': 'web-1' } },
    scope: { name: 'shop', version: '1.2.3' },
  });
});
