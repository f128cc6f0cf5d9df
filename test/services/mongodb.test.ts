import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Collection, MongoClient } from 'mongodb';
import { type MongodbExporterOptions, mongodbExporter, unescapeKeys } from '../../src/exporters/mongodb.ts';
import { EventLogger, type EventRecord } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { type Ferretdb, type FerretdbOptions, startFerretdb } from './start-ferretdb.ts';

interface Stored {
  readonly _id: string;
  readonly name: string;
  readonly timestamp: Date;
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

async function ferretdb(t: TestContext, options: FerretdbOptions): Promise<Ferretdb> {
  const server = await startFerretdb(options);
  t.after(() => server.kill());
  return server;
}

/** The collection as another client sees it. */
function collectionOf(t: TestContext, { url }: Ferretdb): Collection<Stored> {
  const client = new MongoClient(url);
  t.after(() => client.close());
  return client.db('eventtracking').collection<Stored>('events');
}

function logging(t: TestContext, options: MongodbExporterOptions, spool?: string): EventLogger {
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    exporters: [mongodbExporter({ name: 'mongodb', ...options })],
    ...(spool === undefined ? {} : { spool }),
  });
  t.after(() => events.close({ timeoutMs: 1 }));
  return events;
}

const { signal } = new AbortController();

test('an event is a document as edX stored it, found by indexes on timestamp and name', async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const server = await ferretdb(t, { dir: tempDir(t) });
  const events = logging(t, { url: server.url, extra: { env: 'test' } });
  const data = { 'a.b': { $set: 1 }, 'per%cent': 2, bytes: new Uint8Array([1, 2]), ratio: 0.5, none: null };
  const timestamp = new Date('2026-01-02T03:04:05.678Z');
  const id = events.context('course', { user_id: 7, course_id: 'c1' }, () =>
    events.log('problem_check', data, { timestamp }),
  );
  assert.equal((await events.close()).acked, 1);

  const collection = collectionOf(t, server);
  const [document] = await collection.find({ timestamp: { $gte: timestamp } }).toArray();
  assert.ok(document);
  const { bytes, ...others } = unescapeKeys(document).data;
  assert.deepEqual({ ...document, data: others }, {
    _id: id,
    env: 'test',
    name: 'problem_check',
    timestamp,
    data: { 'a.b': { $set: 1 }, 'per%cent': 2, ratio: 0.5, none: null },
    context: { user_id: 7, course_id: 'c1' },
  } as never);
  assert.deepEqual(Buffer.from((bytes as { buffer: Uint8Array }).buffer), Buffer.of(1, 2));
  assert.deepEqual((await collection.indexes()).map(({ name }) => name).sort(), [
    '_id_',
    'name_1',
    'timestamp_1',
  ]);
});

test('a batch that is sent again, whole or in part, adds nothing', async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const server = await ferretdb(t, { dir: tempDir(t) });
  const logger = testLogger();
  for (let n = 0; n < 100; n++) logger.log('x', { n });
  await logger.close();
  const exporter = mongodbExporter({ url: server.url });
  const batches: readonly EventRecord[][] = [
    logger.records.slice(0, 50),
    logger.records.slice(20, 80),
    [...logger.records],
    [...logger.records],
  ];
  for (const batch of batches) await exporter.send(batch, signal);
  await exporter.close?.();
  assert.equal(await collectionOf(t, server).countDocuments(), 100);
});

test('documents that the server or the driver refuses are rejected alone', async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const server = await ferretdb(t, { dir: tempDir(t) });
  const format = ({ eventName }: EventRecord): object => ({
    name: eventName,
    // FerretDB takes no lists of lists; no server takes more than 16 MiB.
    ...(eventName === 'refused' ? { data: [[1]] } : {}),
    ...(eventName === 'huge' ? { data: 'x'.repeat(17 * 1024 * 1024) } : {}),
  });
  const events = logging(t, { url: server.url, format });
  const names = Array.from({ length: 40 }, (_, n) => (n === 11 ? 'refused' : n === 30 ? 'huge' : `n${n}`));
  for (const name of names) events.log(name);
  const { acked, rejected } = await events.close();
  assert.deepEqual({ acked, rejected }, { acked: 38, rejected: 2 });
  assert.deepEqual(events.stats().total.rejected, { mongodb_2: 1, mongodb_unencodable: 1 });
  assert.equal(await collectionOf(t, server).countDocuments(), 38);
});

test('a server that is killed during 20,000 events and comes back has each of them once', async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const dir = tempDir(t);
  const first = await startFerretdb({ dir });
  t.after(() => first.kill());
  const clientOptions = { serverSelectionTimeoutMS: 500 };
  const events = logging(t, { url: first.url, clientOptions, flushBatchSize: 500 }, tempDir(t));
  const count = 20_000;
  const ids = new Set<string>();
  for (let n = 0; n < count; n++) {
    ids.add(events.log('numbered', { n }));
    if (n % 500 === 0) await sleep(5);
    if (n === count / 2) {
      while ((events.stats().sinks.mongodb?.acked ?? 0) < 2000) await sleep(5);
      await first.kill();
    }
  }
  assert.ok(
    (events.stats().sinks.mongodb?.pending ?? 0) >= count / 2 - 1,
    'it was killed with events on the way',
  );
  const second = await ferretdb(t, { dir, port: first.port });
  const { acked, pending, rejected, dropped } = await events.close({ timeoutMs: 60_000 });
  assert.deepEqual(
    { acked, pending, rejected, dropped },
    { acked: count, pending: 0, rejected: 0, dropped: 0 },
  );
  const stored = await collectionOf(t, second)
    .find({}, { projection: { _id: 1 } })
    .toArray();
  assert.equal(stored.length, count);
  assert.deepEqual(new Set(stored.map(({ _id }) => _id)), ids);
});

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;
const CHILD = `
  import { EventLogger } from '${src}/index.ts';
  import { mongodbExporter } from '${src}/exporters/mongodb.ts';
  const exporters = [mongodbExporter({ url: process.env.TEST_URL })];
  const events = new EventLogger({ delivery: 'none', exporters });
  events.log('from a child');
`;

test('an idle client does not keep the process alive, with close and without', {
  timeout: 60_000,
}, async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const server = await ferretdb(t, { dir: tempDir(t) });
  const env = { TEST_URL: server.url };
  const closed = await runNode(`${CHILD} await events.close();`, { env });
  assert.deepEqual([closed.code, closed.stderr], [0, '']);
  assert.ok(closed.ms < 4000, `${closed.ms} ms`);
  const left = await runNode(`${CHILD} await events.flush();`, { env });
  assert.deepEqual([left.code, left.stderr], [0, '']);
  assert.ok(left.ms < 15_000, `${left.ms} ms`);
  assert.equal(await collectionOf(t, server).countDocuments(), 2);
});

test('indexes that cannot be made are reported and cost nothing', async (t) => {
  if (!requireService(t, 'ferretdb')) return;
  const server = await ferretdb(t, { dir: tempDir(t) });
  const collection = collectionOf(t, server);
  await collection.createIndex({ timestamp: -1 }, { name: 'timestamp_1' });
  const reported: string[] = [];
  const events = logging(t, { url: server.url, onError: ({ message }) => reported.push(message) });
  events.log('x');
  assert.equal((await events.close()).acked, 1);
  assert.match(
    reported.join(),
    /^mongodb: could not make the indexes on timestamp and name: MongoServerError/,
  );
});
