import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { escapeKeys } from '../../src/exporters/escape-keys.ts';
import { mongodbExporter, unescapeKeys } from '../../src/exporters/mongodb.ts';
import { MongodbClient } from '../../src/exporters/mongodb-client.ts';
import { documentsOf } from '../../src/exporters/mongodb-document.ts';
import { mongodbError } from '../../src/exporters/mongodb-error.ts';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';
import { freePort } from '../harness/free-port.ts';
import { runNode } from '../harness/run-node.ts';

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;

test('keys are escaped so that MongoDB takes them, and come back as they were', () => {
  const given = { 'a.b': { $set: [{ 'c%2Ed': 1 }] }, a$: 2, '\0': 3, plain: new Uint8Array([1]) };
  const escaped = escapeKeys(given);
  assert.deepEqual(escaped, {
    'a%2Eb': { '%24set': [{ 'c%252Ed': 1 }] },
    a$: 2,
    '%00': 3,
    plain: new Uint8Array([1]),
  });
  assert.deepEqual(unescapeKeys(escaped), given);
  const plain = { noNullPrototype: true };
  const key = fc.oneof(fc.string(), fc.stringMatching(/^[$.%024E]*$/));
  const tree = fc.dictionary(
    key,
    fc.oneof(fc.integer(), fc.array(fc.dictionary(key, fc.boolean(), plain))),
    plain,
  );
  fc.assert(
    fc.property(tree, (value) => {
      const stored = escapeKeys(value);
      assert.ok(!Object.keys(stored).some((name) => /[.\0]|^\$/.test(name)));
      assert.deepEqual(unescapeKeys(stored), value);
    }),
  );
});

test('what the driver takes for values of its own is data like any other, and is stored', async () => {
  const body = {
    _bsontype: 'x',
    deep: [{ _bsontype: 'ObjectId', '%5Fbsontype': 1 }],
    a_bsontype: 1,
    _bsontypes: 2,
  };
  const logger = testLogger();
  logger.log('x', { body });
  await logger.close();
  const [document] = logger.records.flatMap(documentsOf('edx', {}));
  const stored = BSON.deserialize(BSON.serialize(document as object)) as { data: { body: object } };
  assert.deepEqual(unescapeKeys(stored.data.body), body);
});

/** An exporter whose collection encodes as the driver does, and has a failure of its own now and then. */
async function storing(t: TestContext, insertMany: (documents: readonly Stored[]) => void) {
  const stored: Stored[] = [];
  const fake = {
    db: () => fake,
    collection: () => fake,
    createIndexes: async () => {},
    close: async () => {},
    async insertMany(documents: readonly Stored[]) {
      insertMany(documents);
      for (const document of documents) BSON.serialize(document);
      stored.push(...documents);
    },
  };
  t.mock.method(MongodbClient.prototype, 'use', (use: (target: unknown) => unknown) => use(fake));
  const format = ({ eventName: name }: { readonly eventName: string }): object => ({
    name,
    ...(name.startsWith('odd') ? { value: new (ODD[name] as new () => object)() } : {}),
  });
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    exporters: [mongodbExporter({ url: 'mongodb://127.0.0.1:1', name: 'm', format })],
  });
  t.after(() => events.close({ timeoutMs: 0 }));
  return { events, stored };
}

interface Stored {
  readonly name?: string;
}

const ODD: Readonly<Record<string, new () => object>> = {
  oddVersion: class {
    _bsontype = 'Binary';
  },
  oddGetter: class {
    get [Symbol.toStringTag](): string {
      throw new TypeError('odd');
    }
    get value(): string {
      throw new TypeError('odd');
    }
    toBSON(): never {
      throw new TypeError('odd');
    }
  },
};

test('one document that the driver cannot encode is rejected alone; all others are stored', async (t) => {
  const { events, stored } = await storing(t, () => {});
  const names = ['a', 'oddVersion', 'b', 'c', 'oddGetter', 'd', 'e'];
  for (const name of names) events.log(name);
  const { acked, rejected, pending } = await events.flush({ timeoutMs: 5000 });
  assert.deepEqual([acked, rejected, pending], [5, 2, 0]);
  assert.deepEqual(events.stats().total.rejected, { mongodb_unencodable: 2 });
  assert.deepEqual(
    stored.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  );
});

test('whole numbers that do not fit into 64 bits become text', () => {
  assert.deepEqual(escapeKeys({ fits: 2n ** 63n - 1n, not: [2n ** 63n] }), {
    fits: 2n ** 63n - 1n,
    not: ['9223372036854775808'],
  });
});

test('a document is what edX stored, with the id, a date and bytes as they are', async () => {
  const logger = testLogger();
  const data = { 'a.b': 1, bytes: new Uint8Array([7]) };
  const id = logger.log('problem_check', data, { userId: '42', timestamp: new Date(1_700_000_000_123) });
  await logger.close();
  const toDocuments = documentsOf('edx', { 'extra.key': 'x', name: 'loses' });
  assert.deepEqual(logger.records.flatMap(toDocuments), [
    {
      'extra%2Ekey': 'x',
      _id: id,
      name: 'problem_check',
      timestamp: new Date(1_700_000_000_123),
      data: { 'a%2Eb': 1, bytes: new Uint8Array([7]) },
      context: { user_id: '42' },
    },
  ]);
});

test('of a format with several payloads each is a document; what is no object is refused', async () => {
  const logger = testLogger();
  const id = logger.log('gen_ai.client.inference.operation.details', {});
  await logger.close();
  const ids = logger.records.flatMap(documentsOf('trubrics', {})).map(({ _id }) => _id);
  assert.deepEqual(ids, [id, `${id}-2`]);
  assert.throws(() => logger.records.flatMap(documentsOf(() => 'text', {})), { reason: 'format_failed' });
});

const NAMES: readonly [string, string][] = [
  ['mongodb://localhost:27017', 'mongodb:localhost:27017/eventtracking.events'],
  ['mongodb://user:secret@a:1,b:2/admin?replicaSet=r&x=secret', 'mongodb:a:1,b:2/eventtracking.events'],
  ['mongodb+srv://user:s%40cret@cluster.example/', 'mongodb:cluster.example/eventtracking.events'],
];

for (const [url, name] of NAMES) {
  test(`the name of ${url} holds no credentials and no query`, () => {
    assert.equal(mongodbExporter({ url }).name, name);
  });
}

test('urls and options that cannot be are errors, which do not repeat them', () => {
  for (const url of [
    'http://secret@localhost',
    'mongodb://',
    'mongodb://user:sec/ret@localhost',
    'mongodb://user:sec@ret@localhost',
    'mongodb://user:sec?ret@localhost',
  ]) {
    const isCoded = ({ code, message }: OtelEventsError): boolean =>
      code === 'EXPORT_URL_INVALID' && !/sec|ret@/.test(message);
    assert.throws(() => mongodbExporter({ url }), isCoded, url);
  }
  const url = 'mongodb://localhost';
  assert.throws(() => mongodbExporter({ url: `${url}/?w=0` }), { code: 'OPTION_INVALID' });
  assert.throws(() => mongodbExporter({ url, colection: 'x' } as never), {
    code: 'OPTION_UNKNOWN',
    message: /did you mean collection\?/,
  });
});

const one = (error: object): object => ({ name: 'MongoBulkWriteError', writeErrors: [error] });
const duplicate = (index: string): object => ({
  code: 11000,
  errmsg: `E11000 duplicate key error collection: eventtracking.events index: ${index} dup key: { x: "secret" }`,
});

const OUTCOMES: readonly [string, object, 'stored' | 'retry' | string][] = [
  ['no server', { name: 'MongoServerSelectionError', cause: { code: 'ECONNREFUSED' } }, 'retry'],
  ['a connection that breaks', { name: 'MongoNetworkError' }, 'retry'],
  ['not the primary', { name: 'MongoServerError', code: 10107, codeName: 'NotWritablePrimary' }, 'retry'],
  ['no rights', { name: 'MongoServerError', code: 13, codeName: 'Unauthorized' }, 'retry'],
  ['a document that is there', one(duplicate('_id_')), 'stored'],
  ['the same, from a server that names no index', one({ code: 11000, errmsg: 'E11000 duplicate' }), 'stored'],
  [
    'there, but not confirmed by a majority',
    { ...one(duplicate('_id_')), result: { getWriteConcernError: () => ({ code: 64 }) } },
    'retry',
  ],
  ['a duplicate of an index of the app', one(duplicate('serial_1')), 'mongodb_11000'],
  ['a document that fails a validator', one({ code: 121, errmsg: 'secret' }), 'mongodb_121'],
  [
    'one that is there and one that is refused',
    { name: 'MongoBulkWriteError', writeErrors: [duplicate('_id_'), { code: 2 }] },
    'mongodb_2',
  ],
  [
    'one that is refused and one that met a step-down',
    { name: 'MongoBulkWriteError', writeErrors: [{ code: 2 }, { code: 189 }] },
    'retry',
  ],
  ['a document over 16 MiB', { name: 'MongoInvalidArgumentError', message: 'secret' }, 'mongodb_unencodable'],
];

for (const [what, thrown, outcome] of OUTCOMES) {
  test(`${what}: ${outcome}`, () => {
    const error = mongodbError('mongodb:h/d.c', thrown);
    if (outcome === 'stored') return assert.equal(error, undefined);
    assert.doesNotMatch(inspect(error), /secret/);
    if (outcome === 'retry') assert.deepEqual(error?.retry, {});
    else assert.deepEqual([error?.reason, error?.split, error?.retry], [outcome, 'invalid', undefined]);
  });
}

test('while there is no server events wait, told once without credentials; close ends in time', async () => {
  const url = `mongodb://user:secret@127.0.0.1:${await freePort()}/`;
  const errors: OtelEventsError[] = [];
  const clientOptions = { serverSelectionTimeoutMS: 100 };
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    onError: (error) => errors.push(error),
    exporters: [mongodbExporter({ url, clientOptions })],
  });
  events.log('a');
  // The driver is loaded only now, which takes a busy machine a while.
  for (const deadlineMs = Date.now() + 20_000; errors.length === 0 && Date.now() < deadlineMs; ) {
    await events.flush({ timeoutMs: 100 });
  }
  assert.deepEqual(await events.flush({ timeoutMs: 400 }), {
    acked: 0,
    pending: 1,
    rejected: 0,
    dropped: 0,
  });
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.message ?? '', /MongoServerSelectionError/);
  await events.close({ timeoutMs: 100 });
  assert.doesNotMatch(inspect([errors, events.stats()], { depth: 9 }), /secret/);
});

/** Makes a logger whose exporter cannot work, logs, and says what it is told. */
const CHILD = `
  import { EventLogger } from '${src}/index.ts';
  import { mongodbExporter } from '${src}/exporters/mongodb.ts';
  const url = 'mongodb://user:secret@127.0.0.1:' + process.env.TEST_PORT;
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    onError: ({ code, message }) => console.log(code, message),
    exitTimeoutMs: 200,
    exporters: [mongodbExporter({ url })],
  });
  events.log('a');
  const { pending, rejected } = await events.flush({ timeoutMs: 1000 });
  console.log(JSON.stringify({ pending, rejected }));
  await events.close({ timeoutMs: 10 });
  const closedMs = performance.now();
  process.once('exit', () => console.log('held for', performance.now() - closedMs));
`;

test('without the driver events wait, and the error says how to install it', async () => {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'mongodb') throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const { stdout } = await runNode(CHILD, { args, env: { TEST_PORT: '1' } });
  assert.match(stdout, /^OPTION_UNAVAILABLE .*npm install mongodb/);
  assert.match(stdout, /\{"pending":1,"rejected":0\}/);
});

test('after close a client that never found its server does not keep the process alive', async () => {
  const { stdout, code } = await runNode(CHILD, { env: { TEST_PORT: String(await freePort()) } });
  assert.equal(code, 0);
  assert.match(stdout, /\{"pending":1,"rejected":0\}/);
  assert.doesNotMatch(stdout, /secret/);
  const [, heldMs] = /^held for (\S+)$/m.exec(stdout) ?? [];
  // The driver itself looks for a server for 30 s.
  assert.ok(Number(heldMs) < 15_000, stdout);
});
