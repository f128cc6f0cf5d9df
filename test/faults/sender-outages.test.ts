import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../harness/free-port.ts';
import { type Answer, httpSink } from '../harness/http-sink.ts';
import { numbered, sending, sendingTo, textsIn, textsOf, transportTo, until } from '../spool/sending.ts';

const LONG_MS = 60_000;

/** Answers with `statuses` one after the other, then with 200. */
const statuses =
  (...codes: readonly number[]): Answer =>
  (_request, response, index) => {
    response.statusCode = codes[index] ?? 200;
    response.end();
  };

/** Sends a byte every few milliseconds, for ever. */
function drip(socket: Socket | null): void {
  const timer = setInterval(() => socket?.write('x'), 5);
  socket?.on('close', () => clearInterval(timer)).on('error', () => {});
}

test('429 with Retry-After in seconds: the same batch again, not before, then the rest in order', async (t) => {
  const timesMs: number[] = [];
  const sink = await httpSink((_request, response, index) => {
    timesMs.push(performance.now());
    if (index === 0) response.writeHead(429, { 'retry-after': '1' });
    response.end();
  });
  const { append, sender, errors } = sendingTo(t, sink, { maxCount: 2 });
  append('1', '2', '3');
  await sink.arrived(3);
  await sender.flush();
  assert.deepEqual(
    sink.requests.map((request) => textsOf(request).join()),
    ['1,2', '1,2', '3'],
  );
  const waitedMs = (timesMs[1] ?? 0) - (timesMs[0] ?? 0);
  assert.ok(waitedMs > 800, `${waitedMs} ms`);
  assert.equal(errors.length, 1);
});

test('429 with Retry-After as a date: not before that date', async (t) => {
  let dateMs = 0;
  let againMs = 0;
  const sink = await httpSink((_request, response, index) => {
    if (index === 0) {
      const date = new Date(Date.now() + 2000).toUTCString();
      dateMs = Date.parse(date);
      response.writeHead(429, { 'retry-after': date });
    } else againMs = Date.now();
    response.end();
  });
  const { append } = sendingTo(t, sink);
  append('1');
  await sink.arrived(2);
  assert.ok(againMs >= dateMs - 200, `${againMs - dateMs} ms after the date`);
});

for (const after of ['31536000', '9'.repeat(400)]) {
  test(`a Retry-After of ${after.slice(0, 9)}… seconds overflows no timer: it waits, and a flush cuts the wait once`, async (t) => {
    const warnings: string[] = [];
    const warn = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warn);
    t.after(() => process.off('warning', warn));
    const sink = await httpSink((_request, response) => {
      response.writeHead(503, { 'retry-after': after });
      response.end();
    });
    const { append, sender, errors } = sendingTo(t, sink);
    append('1');
    await until(() => errors.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sink.requests.length, 1);
    void sender.flush();
    await sink.arrived(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sink.requests.length, 2);
    assert.deepEqual(warnings, []);
  });
}

test('a storm of 503: one request at a time although there are lanes, one report, nothing twice, in order', async (t) => {
  let [open, most] = [0, 0];
  const sink = await httpSink((_request, response, index) => {
    most = Math.max(most, index < 4 ? 0 : ++open);
    response.statusCode = index < 100 ? 503 : 200;
    setImmediate(() => {
      if (index >= 4) open--;
      response.end();
    });
  });
  const { append, sender, cursor, errors } = sendingTo(t, sink, { concurrency: 4, maxCount: 10 });
  append(...numbered(40));
  await sink.arrived(100);
  assert.equal(most, 1);
  await sender.flush();
  assert.equal(cursor.pending, 0);
  assert.deepEqual(
    textsIn(sink.requests.slice(100)).sort((a, b) => Number(a) - Number(b)),
    numbered(40),
  );
  assert.equal(errors.length, 1);
});

test('a server that is not there yet is tried until it is; everything arrives once and in order', async (t) => {
  const port = await freePort();
  const transport = transportTo(t, `http://127.0.0.1:${port}`);
  const { append, sender, errors } = sending(t, transport, { maxCount: 7 });
  append(...numbered(50));
  await until(() => errors.length === 1);
  append(...numbered(50, 50));
  const late = await httpSink(undefined, port);
  t.after(() => late.close());
  await sender.flush();
  assert.deepEqual(textsIn(late.requests), numbered(100));
  assert.match(errors[0]?.message ?? '', /did not answer: ECONNREFUSED/);
  assert.equal(errors.length, 1);
});

test('a slow-loris sink that never ends its head is given up at the time-out and tried again', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    if (index > 1) response.end();
    else {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
      drip(response.socket);
    }
  });
  const { append, sender, errors, settled } = sendingTo(t, sink, {}, { timeoutMs: 1_000 });
  append('1', '2');
  await sink.arrived(3);
  await sender.flush();
  assert.deepEqual(settled, ['otlp acked 2']);
  assert.match(errors[0]?.message ?? '', /no answer within 1000 ms/);
  assert.equal(errors.length, 1);
});

test('a slow-loris sink that says 200 and never ends its body has the batch: it is not sent again', async (t) => {
  const sink = await httpSink((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000_000 });
    response.flushHeaders();
    drip(response.socket);
  });
  const { append, sender, errors } = sendingTo(t, sink, {}, { timeoutMs: 1_000 });
  append('1', '2');
  await sender.flush();
  append('3');
  await sender.flush();
  assert.deepEqual(textsIn(sink.requests), ['1', '2', '3']);
  assert.deepEqual(errors, []);
});

test('a connection that is reset while the body is on its way: the batch is sent again, whole', async (t) => {
  let resets = 0;
  const sink = await httpSink(undefined, 0, (incoming) => {
    if (resets === 3) return;
    resets++;
    incoming.once('data', () => incoming.socket.resetAndDestroy());
  });
  const { append, sender, errors, settled } = sendingTo(t, sink);
  append('x'.repeat(900_000), '2');
  await sender.flush();
  assert.equal(resets, 3);
  assert.deepEqual(
    textsIn(sink.requests).map((text) => text.length),
    [900_000, 1],
  );
  assert.deepEqual(settled, ['otlp acked 2']);
  assert.equal(errors.length, 1);
});

test('a connection that is reset in the middle of the head of the answer: the batch is sent again', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    if (index > 0) response.end();
    else response.socket?.write('HTTP/1.1 20', () => response.socket?.resetAndDestroy());
  });
  const { append, sender, settled } = sendingTo(t, sink);
  append('1');
  await sender.flush();
  assert.equal(sink.requests.length, 2);
  assert.deepEqual(settled, ['otlp acked 1']);
});

test('a connection that is reset in the middle of the body of a 200: the sink has the batch', async (t) => {
  const sink = await httpSink((_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.socket?.resetAndDestroy());
  });
  const { append, sender, settled } = sendingTo(t, sink);
  append('1');
  await sender.flush();
  assert.equal(sink.requests.length, 1);
  assert.deepEqual(settled, ['otlp acked 1']);
});

test('a sink that dies after it has read a request gets that batch twice, and nothing else', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    if (index === 2) response.socket?.resetAndDestroy();
    else response.end();
  });
  const { append, sender, errors } = sendingTo(t, sink, { maxCount: 10 });
  append(...numbered(50));
  await sender.flush();
  const expected = [...numbered(30), ...numbered(30, 20)];
  assert.deepEqual(textsIn(sink.requests), expected);
  // A connection that was used before may have been closed meanwhile: that is no outage.
  assert.deepEqual(errors, []);
});

test('401 for a while keeps everything; when the server takes the token all of it goes, in order', async (t) => {
  let isValid = false;
  const sink = await httpSink((_request, response) => {
    response.statusCode = isValid ? 200 : 401;
    response.end();
  });
  const { append, sender, cursor, errors, settled } = sendingTo(t, sink, { maxCount: 5 });
  append(...numbered(20));
  await sink.arrived(10);
  append(...numbered(20, 20));
  await sink.arrived(20);
  assert.deepEqual([cursor.pending, settled, sender.isFailing], [40, [], true]);
  assert.deepEqual(
    errors.map(({ message }) => message),
    [`${sink.url}/v1/logs answered 401 (check the credentials in the headers)`],
  );
  isValid = true;
  const refused = sink.requests.length;
  while (cursor.pending > 0) await sender.flush();
  // One that was refused may have been on its way.
  const accepted = sink.requests.slice(refused).map((request) => textsOf(request));
  assert.deepEqual([...new Set(accepted.flat())], numbered(40));
  assert.equal(cursor.pending, 0);
  assert.equal(errors.length, 1);
});

for (const status of [302, 404, 500]) {
  test(`${status} says nothing about the records: they stay, and it is not tried again before the longest interval`, async (t) => {
    const sink = await httpSink(statuses(status, status));
    const { append, sender, cursor, errors, settled } = sendingTo(t, sink, { maxBackoffMs: LONG_MS });
    append('1', '2');
    await until(() => errors.length === 1);
    append('3');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sink.requests.length, 1);
    void sender.flush();
    await sink.arrived(2);
    assert.deepEqual([cursor.pending, settled, errors.length], [3, [], 1]);
    await until(() => sender.isFailing);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sender.flush();
    assert.deepEqual(textsIn(sink.requests.slice(2)), ['1', '2', '3']);
    assert.match(errors[0]?.message ?? '', new RegExp(`answered ${status} \\(.+\\)$`));
  });
}
