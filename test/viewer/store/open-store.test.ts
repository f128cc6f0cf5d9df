import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';
import { openStore, type StoreOptions } from '../../../src/viewer/store/threads/open-store.ts';
import { ThreadedStore } from '../../../src/viewer/store/threads/threaded-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { Dice, makeRows, requestsOf } from './made-rows.ts';

const ALL = { where: undefined, range: {} };
const work = path.join(import.meta.dirname, '../../../src/viewer/store/threads');

async function opened(t: TestContext, options: Partial<StoreOptions> = {}) {
  const store = await openStore({ directory: tempDir(t), blockRows: 64, fileRows: 256, ...options });
  t.after(() => store.close());
  return store;
}

const CHECKOUT = {
  timeUnixNano: '1764288000123456789',
  observedTimeUnixNano: '1764288000200000000',
  severityNumber: 9,
  eventName: 'checkout.completed',
  body: { stringValue: 'paid' },
  attributes: [
    { key: 'log.record.uid', value: { stringValue: '019ac000-0000-7000-8000-000000000001' } },
    { key: 'user.id', value: { intValue: '42' } },
    { key: 'big', value: { intValue: '9007199254740993' } },
    { key: 'raw', value: { bytesValue: 'AAEC' } },
    { key: 'nothing', value: {} },
    {
      key: 'items',
      value: {
        arrayValue: { values: [{ kvlistValue: { values: [{ key: 'sku', value: { stringValue: 'A1' } }] } }] },
      },
    },
  ],
  flags: 1,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
};

const CHECKOUTS = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeLogs: [
        {
          scope: { name: 'lib', version: '1.2' },
          logRecords: [CHECKOUT],
          schemaUrl: 'https://example.org/scope',
        },
      ],
      schemaUrl: 'https://example.org/resource',
    },
  ],
};

test('a record comes back as a row, and as the OTLP that it was', async (t) => {
  const store = await opened(t);
  const request = OtlpRequest.read('logs', 'json', Buffer.from(JSON.stringify(CHECKOUTS)));
  assert.deepEqual(await store.ingest(request), { stored: 1, repeated: 0 });
  const { otlp, ...row } = (await store.row('0')) as Row;
  assert.deepEqual(otlp, CHECKOUTS);
  assert.deepEqual(row, {
    id: '0',
    kind: 'event',
    timeMs: 1764288000123.4568,
    timeUnixNano: '1764288000123456789',
    name: 'checkout.completed',
    severity: 9,
    service: 'shop',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: undefined,
    durationMs: undefined,
    status: undefined,
    body: 'paid',
    attributes: {
      'log.record.uid': '019ac000-0000-7000-8000-000000000001',
      'user.id': 42,
      big: '9007199254740993',
      raw: 'AAEC',
      nothing: null,
      items: [{ sku: 'A1' }],
    },
    resource: { 'service.name': 'shop' },
    scope: 'lib',
  });
  assert.equal(await store.row('1'), undefined);
  assert.equal(await store.row('x'), undefined);
  const [shown] = (await store.page(ALL)).rows;
  assert.deepEqual(shown, row, 'a list has no records in it');
});

test('records that come again are not kept again, and the ledger says so', async (t) => {
  const store = await opened(t);
  const request = OtlpRequest.from('logs', CHECKOUTS);
  await store.ingest(request);
  assert.deepEqual(await store.ingest(request), { stored: 0, repeated: 1 });
  assert.deepEqual((await store.ledger({})).entries, [
    {
      name: 'checkout.completed',
      service: 'shop',
      kind: 'record',
      minuteMs: 1764288000000,
      received: 2,
      stored: 1,
      repeated: 1,
      lost: {},
      gap: 0,
      settling: false,
      partial: false,
    },
  ]);
});

test('what was told with a uid, or is a span, is known again after many blocks and a new start', async (t) => {
  const directory = tempDir(t);
  const dice = new Dice(5);
  const rows = makeRows(dice, 700);
  const requests = requestsOf(rows);
  const first = await openStore({ directory, blockRows: 64, fileRows: 256 });
  for (const request of requests) await first.ingest(request);
  await first.close();
  const store = await opened(t, { directory });
  const isTold = rows.map(
    ({ kind, attributes }) => kind === 'span' || attributes['log.record.uid'] !== undefined,
  );
  let [stored, repeated] = [0, 0];
  for (const request of requests) {
    const answer = await store.ingest(request);
    stored += answer.stored;
    repeated += answer.repeated;
  }
  assert.equal(repeated, isTold.filter((told) => told).length);
  assert.equal(stored, isTold.filter((told) => !told).length);
  assert.equal((await store.count(ALL)).value, rows.length + stored);
});

test('points of metrics are counted', async (t) => {
  const store = await opened(t);
  const dataPoints = [{ asInt: '1' }, { asInt: '2' }];
  const metrics = {
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }],
  };
  assert.deepEqual(await store.ingest(OtlpRequest.from('metrics', metrics)), { stored: 0, repeated: 0 });
  const { metricPoints, rows } = await store.status();
  assert.deepEqual({ metricPoints, rows }, { metricPoints: 2, rows: 0 });
});

test('who follows gets each row that fits after its commit, in order, and is told no more after having ended', async (t) => {
  const store = await opened(t);
  const rows = makeRows(new Dice(6), 300);
  const requests = requestsOf(rows);
  await store.ingest(requests[0] as OtlpRequest);
  let told = 0;
  const end = store.onCommit(() => told++);
  const { next: from, rows: none } = await store.newRows(ALL);
  assert.deepEqual(none, []);
  const seen: Row[] = [];
  let at = from;
  for (const request of requests.slice(1)) {
    await store.ingest(request);
    const { rows: some, next, skipped } = await store.newRows(ALL, { from: at });
    assert.equal(skipped, 0);
    seen.push(...some);
    at = next;
  }
  const expected = rows.slice(Number(from)).map(({ nanos }) => String(nanos));
  const times = (some: readonly Row[]) => some.map(({ timeUnixNano }) => timeUnixNano);
  assert.deepEqual(times(seen), expected);
  assert.equal(told, requests.length - 1);
  const first = await store.newRows(ALL, { from, limit: 10 });
  assert.deepEqual(times(first.rows), expected.slice(0, 10));
  const second = await store.newRows(ALL, { from: first.next, limit: 10 });
  assert.deepEqual(times(second.rows), expected.slice(10, 20));
  // Who is too far behind is told how many rows are left out.
  const last = await store.newRows(ALL, { from, limit: 10, maxBehind: 30 });
  assert.deepEqual(times(last.rows), expected.slice(-30, -20));
  assert.equal(last.skipped, expected.length - 30);
  const spans = await store.newRows(parseQuery('kind:span', 0), { from });
  assert.deepEqual(
    spans.rows,
    seen.filter(({ kind }) => kind === 'span'),
  );
  assert.ok(spans.rows.length > 0 && spans.rows.length < seen.length);
  await assert.rejects(store.newRows(ALL, { from: '1 or 2' }), { code: 'OPTION_INVALID' });
  end();
  await store.ingest(OtlpRequest.from('logs', CHECKOUTS));
  assert.equal(told, requests.length - 1);
});

test('a worker that dies rejects what it was asked, with retry, and is started again', async (t) => {
  const directory = tempDir(t);
  const workers: Worker[] = [];
  const start = (name: string, workerData: unknown) => (): Worker => {
    const worker = new Worker(path.join(work, name), { workerData });
    workers.push(worker);
    return worker;
  };
  const writerOptions = { directory, synchronous: 'normal', blockRows: 64, fileRows: 256 };
  const store = new ThreadedStore(
    start('writer-worker.ts', writerOptions),
    start('reader-worker.ts', { directory, cacheBytes: 1e6 }),
  );
  await store.begin();
  t.after(() => store.close());
  const requests = requestsOf(makeRows(new Dice(7), 100));
  await store.ingest(requests[0] as OtlpRequest);
  const ends = workers.map((worker) => worker.terminate());
  const asked = [store.count(ALL), store.ingest(requests[1] as OtlpRequest)];
  await Promise.all(asked.map((one) => assert.rejects(one, { code: 'STORE_FAILED', retry: {} })));
  await Promise.all(ends);
  for (const request of requests.slice(2)) await store.ingest(request);
  assert.equal((await store.ingest(requests[1] as OtlpRequest)).repeated, 0);
  const sum = requests.reduce((all, { count }) => all + count, 0);
  assert.equal((await store.count(ALL)).value, sum);
  assert.equal(workers.length, 4);
});

test('options are checked, and a closed store says so', async (t) => {
  await assert.rejects(openStore({ directory: tempDir(t), fileRow: 3 } as never), {
    code: 'OPTION_UNKNOWN',
    message: /did you mean fileRows/,
  });
  const store = await openStore({ directory: tempDir(t) });
  await store.close();
  await assert.rejects(store.ingest(OtlpRequest.from('logs', CHECKOUTS)), {
    code: 'STORE_UNWRITABLE',
    retry: {},
  });
  await assert.rejects(store.count(ALL), { code: 'STORE_FAILED' });
});

test('a store is for its user only', async (t) => {
  const directory = path.join(tempDir(t), 'store');
  const store = await openStore({ directory });
  t.after(() => store.close());
  await store.ingest(OtlpRequest.from('logs', CHECKOUTS));
  const files = readdirSync(directory).map((name) => path.join(directory, name));
  assert.ok(files.length > 1, 'the write-ahead log as well');
  assert.deepEqual(
    [directory, ...files].filter((file) => (statSync(file).mode & 0o077) !== 0),
    [],
  );
});

test('a cursor that is none, and a funnel of one step, are refused in words', async (t) => {
  const store = await opened(t);
  await assert.rejects(store.page(ALL, { cursor: 'secret' }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'OPTION_INVALID');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  const options = { steps: [undefined], by: { of: 'row', name: 'user' }, withinWindowMs: 1000 } as const;
  await assert.rejects(store.funnel(ALL, options), {
    code: 'OPTION_INVALID',
    message: /2 to 10 steps, got 1/,
  });
});

test('a program that is given as text opens a store, and no warning of Node.js reaches its terminal', (t) => {
  const program = `import { openStore } from ${JSON.stringify(path.join(work, 'open-store.ts'))};
    const store = await openStore({ directory: ${JSON.stringify(tempDir(t))} });
    console.log((await store.count({ where: undefined, range: {} })).value);
    await store.close();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.deepEqual({ stdout, stderr }, { stdout: '0\n', stderr: '' });
});

test('a directory has one writer, in this process and beside it', async (t) => {
  const directory = tempDir(t);
  const first = await opened(t, { directory });
  await assert.rejects(openStore({ directory }), {
    code: 'STORE_IN_USE',
    message: new RegExp(`another process.* writes the store in ${directory}`),
  });
  const program = `import { openStore } from ${JSON.stringify(path.join(work, 'open-store.ts'))};
    await openStore({ directory: ${JSON.stringify(directory)} }).catch(({ code }) => console.log(code));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(stdout, 'STORE_IN_USE\n');
  await first.ingest(OtlpRequest.from('logs', CHECKOUTS));
  await first.close();
  const second = await opened(t, { directory });
  assert.equal((await second.count(ALL)).value, 1);
});

test('a question that nobody waits for any more ends, and the reader answers the next one', async (t) => {
  const store = await opened(t);
  const rows = makeRows(new Dice(5), 3000);
  for (const request of requestsOf(rows)) await store.ingest(request);
  const query = parseQuery('body:*nowhere*', Date.now());
  const ask = (signal?: AbortSignal) => store.count(query, { withinMs: 600_000, signal });
  const whole = await ask();
  assert.deepEqual([whole.complete, whole.scanned.rows], [true, 3000]);
  // A busy machine may let the timer go off when all is read: then it is asked again, and sooner.
  let ended = whole;
  for (let delayMs = whole.scanned.tookMs / 10; ended.complete; delayMs /= 2) {
    const wait = new AbortController();
    const asked = ask(wait.signal);
    if (delayMs < 0.01) wait.abort();
    else setTimeout(() => wait.abort(), delayMs);
    ended = await asked;
    assert.ok(!ended.complete || delayMs >= 0.01, 'all was read though nobody waited');
  }
  assert.ok(ended.scanned.rows < 3000, `${ended.scanned.rows} rows were looked at`);
  const none = await ask(AbortSignal.abort());
  assert.deepEqual([none.complete, none.scanned.rows], [false, 0]);
  assert.deepEqual((await ask(new AbortController().signal)).value, whole.value);
});
