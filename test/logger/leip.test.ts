// Every row of LEIP Events that a user of it relies on: on real files and a real HTTP server.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeipPayload } from '../../src/formats/leip.ts';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const app = {
  id: 'app-7',
  name: 'recognizer',
  version: '2.1.0',
  containerVersion: '9.3',
  orgName: 'Acme',
  orgUrl: 'https://acme.example/',
};

/** A logger that writes only to a buffer directory, and what is in there. */
function buffered(t: TestContext, options: EventLoggerOptions = {}) {
  const directory = path.join(tempDir(t), 'buffer');
  const events = new EventLogger({ delivery: 'none', app, bufferDirectory: directory, ...options });
  const payloads = async (): Promise<LeipPayload[]> => {
    await events.flush();
    return filesIn(directory).map((file) => JSON.parse(readFileSync(path.join(directory, file), 'utf8')));
  };
  return { events, directory, payloads };
}

function filesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

test('log: the payload has every field of the document, in its order', async (t) => {
  const { events, payloads } = buffered(t, {
    userId: 'u1',
    projectId: 'p1',
    session: { run: 3 },
    tags: ['edge'],
  });
  const before = Date.now();
  const id = events.log(
    'model.loaded',
    { model: 'resnet', layers: [1, 2] },
    { category: 'ml', tags: ['gpu'] },
  );
  const [payload] = await payloads();
  assert.ok(payload);
  assert.deepEqual(Object.keys(payload), [
    'ts',
    'id',
    'aid',
    'meta',
    'session',
    'uid',
    'pid',
    'name',
    'category',
    'tags',
    'data',
  ]);
  const { ts, meta, ...rest } = payload;
  assert.ok(Number.isInteger(ts) && ts >= before && ts <= Date.now() + 1, `ts ${ts}`);
  assert.match(id, UUID);
  assert.deepEqual(rest, {
    id,
    aid: 'app-7',
    session: { run: 3 },
    uid: 'u1',
    pid: 'p1',
    name: 'model.loaded',
    category: 'ml',
    tags: ['edge', 'gpu'],
    data: { model: 'resnet', layers: [1, 2] },
  });
  assert.deepEqual(meta.app, {
    id: 'app-7',
    name: 'recognizer',
    version: '2.1.0',
    container_version: '9.3',
    org_name: 'Acme',
    org_url: 'https://acme.example/',
  });
  assert.equal(meta.device['host.name'], os.hostname());
  assert.equal(meta.device['os.version'], os.release());
});

test('log: what is not set is null, an empty list or an empty object; did is left out', async (t) => {
  const { events, payloads } = buffered(t, { app: {} });
  events.log('bare');
  const [payload] = await payloads();
  assert.ok(payload);
  const { aid, uid, pid, category, tags, session, data } = payload;
  assert.deepEqual(
    { aid, uid, pid, category, tags, session, data },
    { aid: null, uid: null, pid: null, category: null, tags: [], session: {}, data: {} },
  );
  assert.equal('did' in payload, false);
});

test('the attributes of the logger can be read, and are frozen', () => {
  const events = new EventLogger({
    delivery: 'none',
    app,
    userId: 'u',
    projectId: 'p',
    session: { a: 1 },
    tags: ['t'],
    bufferDirectory: 'buffer',
    bufferLimit: 5,
    httpUrl: 'http://127.0.0.1:9/events',
    httpHeaders: { 'x-key': 'k' },
    httpMethod: 'PUT',
  });
  assert.deepEqual(
    {
      app: events.app,
      userId: events.userId,
      projectId: events.projectId,
      session: events.session,
      tags: events.tags,
      bufferDirectory: events.bufferDirectory,
      bufferLimit: events.bufferLimit,
      httpUrl: events.httpUrl,
      httpHeaders: events.httpHeaders,
      httpMethod: events.httpMethod,
    },
    {
      app,
      userId: 'u',
      projectId: 'p',
      session: { a: 1 },
      tags: ['t'],
      bufferDirectory: 'buffer',
      bufferLimit: 5,
      httpUrl: 'http://127.0.0.1:9/events',
      httpHeaders: { 'x-key': 'k' },
      httpMethod: 'PUT',
    },
  );
  for (const value of [events.app, events.session, events.tags, events.httpHeaders]) {
    assert.ok(Object.isFrozen(value));
  }
});

test('the defaults of the attributes are those of the document', () => {
  const { bufferDirectory, bufferLimit, httpUrl, httpHeaders, httpMethod, session, tags, userId } =
    new EventLogger({ delivery: 'none' });
  assert.deepEqual(
    { bufferDirectory, bufferLimit, httpUrl, httpHeaders, httpMethod, session, tags, userId },
    {
      bufferDirectory: undefined,
      bufferLimit: 200,
      httpUrl: '',
      httpHeaders: {},
      httpMethod: 'POST',
      session: {},
      tags: [],
      userId: undefined,
    },
  );
});

test('track: emits at the end, with start, end and duration in seconds', async (t) => {
  const { events, payloads } = buffered(t);
  const before = Date.now() / 1000;
  const answer = await events.track('inference', { image: 'a.png' }, { category: 'ml' }, async (scope) => {
    assert.deepEqual(await payloads(), [], 'nothing is emitted before the end');
    await sleep(60);
    scope.add({ label: 'cat' });
    return 42;
  });
  assert.equal(answer, 42);
  const [payload] = await payloads();
  assert.ok(payload?.stats);
  const { start, end, duration } = payload.stats;
  assert.ok(start >= before - 0.01 && end <= Date.now() / 1000 + 0.01, `${start} ${end}`);
  assert.ok(Math.abs(end - start - duration) < 1e-4, 'duration is the difference');
  assert.ok(duration >= 0.02, `duration ${duration}`);
  assert.deepEqual(payload.data, { image: 'a.png', label: 'cat' });
  assert.equal(payload.category, 'ml');
  assert.equal(payload.error, undefined);
});

test('track: the session is merged with the logger’s and inherited by all events inside', async (t) => {
  const { events, payloads } = buffered(t, { session: { site: 'lab', run: 1 } });
  await events.track('outer', {}, { session: { run: 2, batch: 'b' } }, async () => {
    events.log('in.outer');
    await sleep(1);
    await events.track('inner', {}, { session: { batch: 'c' } }, async () => {
      setTimeout(() => events.log('in.timer'), 1);
      await sleep(5);
      events.log('in.inner', {}, { session: { step: 9 } });
    });
  });
  events.log('outside');
  const sessions = Object.fromEntries((await payloads()).map(({ name, session }) => [name, session]));
  assert.deepEqual(sessions, {
    'in.outer': { site: 'lab', run: 2, batch: 'b' },
    'in.timer': { site: 'lab', run: 2, batch: 'c' },
    'in.inner': { site: 'lab', run: 2, batch: 'c', step: 9 },
    inner: { site: 'lab', run: 2, batch: 'c' },
    outer: { site: 'lab', run: 2, batch: 'b' },
    outside: { site: 'lab', run: 1 },
  });
});

test('track: a body that throws still emits, with the error, and rethrows the same one', async (t) => {
  const { events, payloads } = buffered(t);
  const boom = new TypeError('no such model');
  assert.throws(
    () =>
      events.track('sync', () => {
        throw boom;
      }),
    (thrown) => thrown === boom,
  );
  await assert.rejects(
    events.track('async', async () => {
      await sleep(1);
      throw boom;
    }),
    (thrown) => thrown === boom,
  );
  const [sync, async] = await payloads();
  for (const payload of [sync, async]) {
    assert.equal(payload?.error?.type, 'TypeError');
    assert.equal(payload.error.message, 'no such model');
    assert.match(payload.error.stacktrace ?? '', /leip\.test\.ts/);
    assert.ok(payload.stats);
  }
});

test('tags of logger and call are combined, the logger’s first, without duplicates', async (t) => {
  const { events, payloads } = buffered(t, { tags: ['a', 'b'] });
  events.log('tagged', {}, { tags: ['b', 'c'] });
  events.child({ tags: ['child'] }).log('by.child', {}, { tags: ['a'] });
  const tags = (await payloads()).map((payload) => payload.tags);
  assert.deepEqual(tags, [
    ['a', 'b', 'c'],
    ['a', 'b', 'child'],
  ]);
});

test('bufferDirectory: is made, holds one whole JSON file an event, names sort by time', async (t) => {
  const { events, directory, payloads } = buffered(t);
  for (let count = 0; count < 30; count++) events.log('tick', { count });
  const counts = (await payloads()).map(({ data }) => data.count);
  assert.deepEqual(
    counts,
    Array.from({ length: 30 }, (_, index) => index),
  );
  for (const file of filesIn(directory)) assert.match(file, /^\d{19}-[0-9a-f-]{36}\.json$/);
});

test('bufferLimit: the oldest goes after the new one is saved, and foreign files are left alone', async (t) => {
  const { events, directory, payloads } = buffered(t, { bufferLimit: 3 });
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, '0-mine.json'), '{"name":"foreign","data":{}}');
  for (let count = 0; count < 10; count++) events.log('tick', { count });
  assert.deepEqual(
    (await payloads()).map(({ name, data }) => data.count ?? name),
    ['foreign', 7, 8, 9],
  );
});

test('httpUrl: each event is one JSON request with the given method and headers, in order', async () => {
  await using sink = await httpSink();
  const events = new EventLogger({
    delivery: 'none',
    app,
    httpUrl: `${sink.url}/events?x=1`,
    httpMethod: 'PUT',
    httpHeaders: { 'x-api-key': 'secret-1' },
  });
  for (let count = 0; count < 5; count++) events.log('tick', { count });
  await events.close();
  const seen = sink.requests.map(({ method, path: url, headers, body }) => ({
    method,
    url,
    key: headers['x-api-key'],
    type: headers['content-type'],
    count: JSON.parse(String(body)).data.count,
  }));
  const same = { method: 'PUT', url: '/events?x=1', key: 'secret-1', type: 'application/json' };
  assert.deepEqual(
    seen,
    [0, 1, 2, 3, 4].map((count) => ({ ...same, count })),
  );
});

test('httpUrl: a failing endpoint is tried again, in order, and each event arrives once', async () => {
  await using sink = await httpSink((_, response, index) => {
    response.statusCode = index < 2 ? 503 : 200;
    response.end();
  });
  const events = new EventLogger({ delivery: 'none', app, httpUrl: sink.url, logLevel: 'none' });
  for (let count = 0; count < 3; count++) events.log('tick', { count });
  const totals = await events.close();
  const counts = sink.requests.map(({ body }) => JSON.parse(String(body)).data.count);
  assert.deepEqual(counts, [0, 0, 0, 1, 2]);
  assert.deepEqual(totals, { acked: 3, pending: 0, rejected: 0, dropped: 0 });
});

test('outputPath: the event is also saved as results.json in that directory', async (t) => {
  const { events, payloads } = buffered(t);
  const output = path.join(tempDir(t), 'deep', 'out');
  events.log('first', { n: 1 }, { outputPath: output });
  await events.track('second', { n: 2 }, { outputPath: output }, async (scope) => scope.add({ ok: true }));
  const buffer = await payloads();
  const saved = JSON.parse(readFileSync(path.join(output, 'results.json'), 'utf8'));
  assert.equal(buffer.length, 2);
  assert.deepEqual(saved, buffer[1]);
  assert.deepEqual(saved?.data, { n: 2, ok: true });
  assert.deepEqual(readdirSync(output), ['results.json']);
});

test('fromJsonFile: snake_case and camelCase, with overrides', (t) => {
  const file = path.join(tempDir(t), 'events.json');
  const settings = {
    app: { id: 'i', container_version: '1', orgName: 'o' },
    user_id: 'u',
    projectId: 'p',
    buffer_limit: 9,
    http_headers: { 'X-Key': 'v' },
    http_url: '',
    session: { snake_key: 1 },
    buffer_directory: null,
    delivery: 'none',
  };
  writeFileSync(file, JSON.stringify(settings));
  const events = EventLogger.fromJsonFile(file, { userId: 'override' });
  assert.deepEqual(events.app, { id: 'i', containerVersion: '1', orgName: 'o' });
  assert.equal(events.userId, 'override');
  assert.equal(events.projectId, 'p');
  assert.equal(events.bufferLimit, 9);
  assert.deepEqual(events.httpHeaders, { 'X-Key': 'v' });
  assert.deepEqual(events.session, { snake_key: 1 });
  assert.equal(events.bufferDirectory, undefined);
});

test('fromJsonFile: exporters, routes and processors are described by type', async (t) => {
  const directory = tempDir(t);
  const [all, some] = [path.join(directory, 'all.jsonl'), path.join(directory, 'some.jsonl')];
  const settings = {
    delivery: 'none',
    processors: [{ type: 'match_names', block: ['^debug'] }],
    exporters: [
      { type: 'file', path: all, flush_interval_ms: 1 },
      {
        type: 'route',
        processors: [{ type: 'allowNames', names: ['order.paid'] }],
        exporters: [{ type: 'file', path: some, format: 'edx' }],
      },
    ],
  };
  writeFileSync(path.join(directory, 'events.json'), JSON.stringify(settings));
  const events = EventLogger.fromJsonFile(path.join(directory, 'events.json'));
  for (const name of ['debug.x', 'cart.added', 'order.paid']) events.log(name);
  await events.close();
  const namesIn = (file: string): string[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
  assert.deepEqual([namesIn(all), namesIn(some)], [['cart.added', 'order.paid'], ['order.paid']]);
});

test('fromJsonFile: what is wrong is told with file and key, never with the text of the file', (t) => {
  const file = path.join(tempDir(t), 'events.json');
  const rows: [content: string, message: RegExp][] = [
    ['{"bufer_limit": 1}', /events\.json: there is no option bufer_limit \(did you mean bufferLimit\?\)/],
    ['{"buffer_limit": "many"}', /events\.json: option bufferLimit: wanted a whole number.*got a string/],
    ['{"app": {"nme": "x"}}', /events\.json: there is no option app\.nme \(did you mean app\.name\?\)/],
    ['{"tags": "a"}', /option tags: wanted an array of strings, got a string/],
    ['{"http_url": "ftp://secret-1"}', /option httpUrl: wanted an http or https URL/],
    ['{"buffer_limit": 1, "bufferLimit": 2}', /bufferLimit: the option is there twice/],
    ['{"exporters": {}}', /exporters: wanted an array of objects with a type/],
    ['{"exporters": [{"type": "flie"}]}', /exporters\[0\]\.type: did you mean 'file'\?/],
    ['{"exporters": [{"type": "file"}]}', /exporters\[0\]: /],
    ['{"exporters": [{"type": "file", "path": "x", "pth": 1}]}', /exporters\[0\]: .*did you mean path\?/],
    [
      '{"exporters": [{"type": "route", "exporters": [{"type": "console"}], "processors": [{"type": "no"}]}]}',
      /exporters\[0\]\.processors\[0\]\.type: the types are allowNames, matchNames, sample/,
    ],
    ['{"processors": [{"type": "match_names", "allow": ["("]}]}', /processors\[0\]: matchNames: allow\[0\]/],
    ['[1]', /wanted a JSON object/],
    ['{"key": "secret-1" "b"}', /not valid JSON/],
  ];
  for (const [content, message] of rows) {
    writeFileSync(file, content);
    assert.throws(() => EventLogger.fromJsonFile(file), { code: 'CONFIG_FILE_INVALID', message }, content);
    assert.throws(
      () => EventLogger.fromJsonFile(file),
      (error: Error) => !/secret-1/.test(`${error.message}${error.stack}${String(error.cause)}`),
    );
  }
  assert.throws(() => EventLogger.fromJsonFile(`${file}.none`), {
    code: 'CONFIG_FILE_INVALID',
    message: /cannot be read: ENOENT/,
  });
});
