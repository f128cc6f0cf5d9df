// What the directory and HTTP sinks do when disk and network misbehave.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { until } from '../spool/sending.ts';

function watched(options: EventLoggerOptions): { events: EventLogger; errors: OtelEventsError[] } {
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): void => void errors.push(error);
  return { events: new EventLogger({ delivery: 'none', logLevel: 'none', onError, ...options }), errors };
}

test('a directory that cannot be made: reported once, pending, delivered when it can', async (t) => {
  const directory = path.join(tempDir(t), 'buffer');
  writeFileSync(directory, 'a file is in the way');
  const { events, errors } = watched({ bufferDirectory: directory });
  events.log('a');
  events.log('b');
  await until(() => errors.length === 1);
  assert.deepEqual(await events.flush({ timeoutMs: 500 }), {
    acked: 0,
    pending: 2,
    rejected: 0,
    dropped: 0,
  });
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.message ?? '', /EEXIST|ENOTDIR/);
  rmSync(directory);
  assert.deepEqual(await events.close(), {
    acked: 2,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  assert.equal(readdirSync(directory).length, 2);
});

test('a directory that stays away: close counts the loss', async (t) => {
  const directory = path.join(tempDir(t), 'buffer');
  writeFileSync(directory, 'a file is in the way');
  const { events, errors } = watched({ bufferDirectory: directory });
  events.log('a');
  await until(() => errors.length === 1);
  assert.deepEqual(await events.close({ timeoutMs: 50 }), {
    acked: 0,
    pending: 0,
    rejected: 0,
    dropped: 1,
  });
  assert.deepEqual(events.stats().total.dropped, { closed: 1 });
  assert.equal(errors.length, 2);
});

test('a full disk: the app lives, no torn file is left, and all is written when there is room', async (t) => {
  const directory = smallDisk(t, '64k');
  if (directory === undefined) return;
  const filler = path.join(directory, 'filler');
  writeFileSync(filler, Buffer.alloc(56 * 1024));
  const { events, errors } = watched({ bufferDirectory: path.join(directory, 'buffer') });
  for (let count = 0; count < 5; count++) events.log('big', { count, text: 'x'.repeat(6000) });
  await until(() => errors.length === 1);
  const { pending } = await events.flush({ timeoutMs: 200 });
  assert.ok(pending > 0, 'some do not fit');
  assert.match(errors[0]?.message ?? '', /ENOSPC/);
  rmSync(filler);
  assert.deepEqual(await events.close(), {
    acked: 5,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  const files = readdirSync(path.join(directory, 'buffer'));
  assert.equal(files.length, 5, files.join());
  for (const file of files) JSON.parse(readFileSync(path.join(directory, 'buffer', file), 'utf8'));
});

test('an HTTP endpoint that is away comes back: everything arrives once, in order', async () => {
  const port = await freePort();
  const { events, errors } = watched({ httpUrl: `http://user:secret-1@127.0.0.1:${port}/in?key=secret-2` });
  for (let count = 0; count < 20; count++) events.log('x', { count });
  await until(() => errors.length === 1);
  assert.equal((await events.flush({ timeoutMs: 50 })).pending, 20);
  await using sink = await httpSink(undefined, port);
  assert.equal((await events.close()).acked, 20);
  assert.deepEqual(
    sink.requests.map(({ body }) => JSON.parse(String(body)).data.count),
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.equal(errors.length, 1);
  const told =
    errors.map((error) => `${error.message} ${error.stack}`).join() + JSON.stringify(events.stats());
  assert.doesNotMatch(told, /secret/);
});

test('Retry-After is kept; a refused body is rejected and the next goes on; 401 waits for a good token', async () => {
  const answers = [429, 200, 422, 401, 200];
  const times: number[] = [];
  await using sink = await httpSink((_, response, index) => {
    times.push(performance.now());
    if (answers[index] === 429) response.setHeader('retry-after', '1');
    response.statusCode = answers[index] ?? 200;
    response.end();
  });
  const { events } = watched({ httpUrl: sink.url });
  for (const name of ['slow', 'refused', 'unauthorized']) events.log(name);
  assert.deepEqual(await events.close(), {
    acked: 2,
    pending: 0,
    rejected: 1,
    dropped: 0,
  });
  assert.deepEqual(events.stats().events.refused?.rejected, { http_422: 1 });
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 800, 'waited as asked');
});

test('a sink that fails holds up nobody else', async (t) => {
  const directory = path.join(tempDir(t), 'buffer');
  const { events } = watched({ bufferDirectory: directory, httpUrl: `http://127.0.0.1:${await freePort()}` });
  events.log('x');
  // A busy machine needs many flushes; the other sink takes it in none of them.
  let stats = events.stats();
  for (let tries = 0; tries < 100 && stats.sinks[`directory:${directory}`]?.acked !== 1; tries++) {
    await events.flush({ timeoutMs: 100 });
    stats = events.stats();
  }
  assert.equal(stats.sinks[`directory:${directory}`]?.acked, 1);
  assert.equal(stats.total.pending, 1);
  await events.close({ timeoutMs: 10 });
});

test('an exporter function that throws is tried again until it succeeds', async () => {
  let calls = 0;
  const got: string[] = [];
  const { events, errors } = watched({
    exporters: [
      async function flaky(records) {
        if (++calls < 3) throw new Error('not yet');
        got.push(...records.map(({ eventName }) => eventName));
      },
    ],
  });
  events.log('a');
  events.log('b');
  await events.close();
  assert.deepEqual(got, ['a', 'b']);
  assert.equal(errors.length, 1);
});
