import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GZIP_LEVEL } from '../../src/otlp/http/gzip-level.ts';
import { post } from '../../src/otlp/http/post.ts';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { RESPONSE, STATUS } from '../../src/otlp/wire/messages.ts';
import type { SpoolBatch } from '../../src/spool/log/cursor.ts';
import { type OtlpTransportOptions, otlpTransport } from '../../src/spool/send/otlp-transport.ts';
import type { Answer } from '../../src/spool/send/transport.ts';
import { Spool } from '../../src/spool/spool.ts';
import { freePort } from '../harness/free-port.ts';
import {
  type HttpSink,
  httpSink,
  type Answer as SinkAnswer,
  type SinkRequest,
} from '../harness/http-sink.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from './localhost-cert.ts';
import { ENVELOPE, logField, sendingTo, textsIn, transportTo } from './sending.ts';

const NEVER = new AbortController().signal;

/** A batch as a cursor gives it. */
function batchOf(
  t: TestContext,
  fields: readonly Uint8Array[],
  signal: 'logs' | 'traces' = 'logs',
): SpoolBatch {
  const spool = new Spool();
  t.after(() => spool.close());
  const cursor = spool.cursor('a');
  for (const field of fields) spool.append(spool.kind(signal, ENVELOPE, 'x', ['a']), field);
  const batch = cursor.read();
  assert.ok(batch);
  return batch;
}

function logs(t: TestContext, ...texts: readonly string[]): SpoolBatch {
  return batchOf(
    t,
    texts.map((text) => Buffer.from(logField(text))),
  );
}

interface Exchange {
  readonly answer: Answer;
  readonly request: SinkRequest;
  readonly url: string;
}

/** Sends three records once to a server that answers so. */
async function exchange(
  t: TestContext,
  answer?: SinkAnswer,
  options: Partial<OtlpTransportOptions> = {},
): Promise<Exchange> {
  const sink = await httpSink(answer);
  t.after(() => sink.close());
  const result = await transportTo(t, sink.url, options)(logs(t, '1', '2', '3'), NEVER);
  return { answer: result, request: sink.requests[0] as SinkRequest, url: `${sink.url}/v1/logs` };
}

const withStatus =
  (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = ''): SinkAnswer =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** What of an answer is not the error. */
function factsOf(answer: Answer): object {
  const { error: _, ...facts } = { error: undefined, ...answer };
  return facts;
}

test('the body is a head and the bytes of the spool as they are', async (t) => {
  const { answer, request } = await exchange(t, undefined, {
    headers: { 'x-key': 'secret', 'Content-Type': 'text/plain' },
  });
  assert.deepEqual(answer, { kind: 'delivered' });
  assert.equal(request.path, '/v1/logs');
  const fields = ['1', '2', '3'].map((text) => Buffer.from(logField(text)));
  assert.deepEqual(request.body, Buffer.from(toRequest(ENVELOPE, fields)));
  const { headers } = request;
  assert.deepEqual(
    ['content-type', 'content-length', 'content-encoding', 'user-agent', 'x-key'].map(
      (name) => headers[name],
    ),
    ['application/x-protobuf', String(request.body.length), undefined, 'otel-events-test', 'secret'],
  );
});

test('gzip compresses it all, head and bytes', async (t) => {
  const { request } = await exchange(t, undefined, { compression: 'gzip' });
  assert.equal(request.headers['content-encoding'], 'gzip');
  const fields = ['1', '2', '3'].map((text) => Buffer.from(logField(text)));
  assert.deepEqual(gunzipSync(request.body), Buffer.from(toRequest(ENVELOPE, fields)));
});

for (const compression of ['gzip', 'none'] as const) {
  test(`JSON is decoded from the bytes of the spool, compression ${compression}`, async (t) => {
    const { request } = await exchange(t, undefined, { encoding: 'json', compression });
    assert.equal(request.headers['content-type'], 'application/json');
    assert.deepEqual(textsIn([request]), ['1', '2', '3']);
  });
}

test('a record that cannot be turned into JSON is found as a bad one; the others are delivered', async (t) => {
  const sink = await httpSink();
  const { spool, sender, append, settled, poison } = sendingTo(t, sink, {}, { encoding: 'json' });
  append('1', '2');
  spool.append(spool.kind('logs', ENVELOPE, 'garbage', ['otlp']), Buffer.from([0x12, 3, 0xff, 0xff, 0xff]));
  append('3');
  await sender.flush();
  assert.deepEqual(textsIn(sink.requests), ['1', '2', '3']);
  assert.deepEqual(poison, ['garbage otlp_invalid']);
  assert.deepEqual(settled, ['otlp acked 2', 'otlp rejected(otlp_invalid) 1', 'otlp acked 1']);
});

const RETRIES: readonly [number, string | undefined, number | undefined][] = [
  [429, '2', 2000],
  [503, undefined, undefined],
  [502, 'soon', undefined],
  [504, '0', 0],
  [429, '31536000', 31_536_000_000],
];

for (const [status, header, afterMs] of RETRIES) {
  test(`${status} with Retry-After ${header} is tried again`, async (t) => {
    const headers = header === undefined ? {} : { 'retry-after': header };
    const { answer, url } = await exchange(t, withStatus(status, headers));
    assert.deepEqual(factsOf(answer), { kind: 'retry', ...(afterMs === undefined ? {} : { afterMs }) });
    assert.equal('error' in answer && answer.error?.message, `${url} answered ${status}`);
  });
}

test('a Retry-After that is a date counts from now', async (t) => {
  const date = new Date(Date.now() + 60_000).toUTCString();
  const { answer } = await exchange(t, withStatus(503, { 'retry-after': date }));
  const afterMs = (answer.kind === 'retry' && answer.afterMs) || 0;
  assert.ok(afterMs > 50_000 && afterMs <= 60_000, String(afterMs));
});

const NO_OTLP = 'what answers there does not speak OTLP: check the URL, and whether it has to be https';

const OTHERS: readonly [number, object, RegExp][] = [
  [413, { kind: 'too_large' }, /answered 413$/],
  [400, { kind: 'invalid', reason: 'http_400', doubt: NO_OTLP }, /answered 400$/],
  [422, { kind: 'invalid', reason: 'http_422', doubt: NO_OTLP }, /answered 422$/],
  [302, { kind: 'hold', mayPass: false }, /answered 302 \(redirects are not followed/],
  [401, { kind: 'hold', mayPass: false }, /answered 401 \(check the credentials/],
  [403, { kind: 'hold', mayPass: false }, /answered 403 \(check the credentials/],
  [404, { kind: 'hold', mayPass: false }, /answered 404 \(check the URL/],
  [500, { kind: 'hold', mayPass: true }, /answered 500 \(the destination's own log/],
  [501, { kind: 'hold', mayPass: true }, /answered 501$/],
  [408, { kind: 'hold', mayPass: true }, /answered 408$/],
  [304, { kind: 'hold', mayPass: false }, /answered 304 \(redirects/],
];

for (const [status, facts, message] of OTHERS) {
  test(`${status} is ${JSON.stringify(facts)}`, async (t) => {
    const { answer } = await exchange(t, withStatus(status));
    assert.deepEqual(factsOf(answer), facts);
    const error = 'error' in answer ? answer.error : undefined;
    assert.deepEqual([error?.code, error?.reason], ['EXPORT_FAILED', `http_${status}`]);
    assert.match(error?.message ?? '', message);
  });
}

const MESSAGE = 'record 3: bad trace id';
const protobufStatus = encodeProtobuf(STATUS, { code: 3, message: MESSAGE });
const REASONS: readonly [string, string, string | Uint8Array, string | undefined][] = [
  ['a protobuf status', 'application/x-protobuf', protobufStatus, MESSAGE],
  ['a protobuf status that does not say so', '', protobufStatus, MESSAGE],
  [
    'a JSON status',
    'application/json; charset=utf-8',
    JSON.stringify({ code: 3, message: MESSAGE }),
    MESSAGE,
  ],
  ['plain text', 'text/plain; charset=utf-8', MESSAGE, MESSAGE],
  ['text that does not say what it is', '', MESSAGE, MESSAGE],
  ['broken JSON', 'application/json', '{"message":', '{"message":'],
  ['broken protobuf', 'application/x-protobuf', Buffer.from([0x12, 9, 1]), undefined],
  ['nothing', 'application/x-protobuf', '', undefined],
  ['too much', 'text/plain', 'x'.repeat(5000), 'x'.repeat(1000)],
];

for (const [what, type, body, expected] of REASONS) {
  test(`of a 400 with ${what} the message is kept for the dead letter, and not in the error`, async (t) => {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
    const { answer } = await exchange(t, withStatus(400, headers, body));
    assert.ok(answer.kind === 'invalid');
    assert.equal(answer.answer, expected);
    assert.doesNotMatch(answer.error.message, /trace id|xxx/);
  });
}

const PARTIAL = { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'the text of record 3 is bad' } };
const PARTIALS: readonly [string, string, string | Uint8Array][] = [
  ['protobuf', 'application/x-protobuf', encodeProtobuf(RESPONSE.logs, PARTIAL)],
  ['JSON, although the request was protobuf', 'application/json', JSON.stringify(PARTIAL)],
  ['protobuf that does not say so', '', encodeProtobuf(RESPONSE.logs, PARTIAL)],
];

for (const [what, type, body] of PARTIALS) {
  test(`a partial success in ${what} tells how many were refused, and why`, async (t) => {
    const { answer, url } = await exchange(
      t,
      withStatus(200, type === '' ? {} : { 'content-type': type }, body),
    );
    assert.ok(answer.kind === 'delivered');
    assert.equal(answer.refused, 2);
    assert.equal(answer.error?.code, 'EXPORT_PARTIAL');
    assert.equal(
      answer.error?.message,
      `${url} took only a part: 2 of 3 refused: the text of record 3 is bad`,
    );
  });
}

test('a partial success that refuses more than was sent refuses it all; a warning refuses none', async (t) => {
  const refusing = (rejectedLogRecords: string) =>
    withStatus(
      202,
      {},
      encodeProtobuf(RESPONSE.logs, { partialSuccess: { rejectedLogRecords, errorMessage: 'hm' } }),
    );
  const { answer } = await exchange(t, refusing('9223372036854775807'));
  assert.ok(answer.kind === 'delivered');
  assert.equal(answer.refused, 3);
  for (const count of ['0', '-7']) {
    const { answer, url } = await exchange(t, refusing(count));
    assert.ok(answer.kind === 'delivered');
    assert.deepEqual(
      [answer.refused, answer.error?.code, answer.error?.message],
      [0, 'EXPORT_WARNING', `${url} took all and warns: hm`],
    );
  }
});

test('rejected spans count in the answer to traces', async (t) => {
  const body = encodeProtobuf(RESPONSE.traces, { partialSuccess: { rejectedSpans: '1' } });
  const sink = await httpSink(withStatus(200, { 'content-type': 'application/x-protobuf' }, body));
  t.after(() => sink.close());
  const answer = await transportTo(t, sink.url)(batchOf(t, [Buffer.from([0x12, 0])], 'traces'), NEVER);
  assert.ok(answer.kind === 'delivered');
  assert.equal(answer.refused, 1);
});

for (const [what, headers, body] of [
  ['garbage', { 'content-type': 'application/x-protobuf' }, '<html>\xff\xff'],
  ['a page', { 'content-type': 'text/html' }, '<html>'],
  ['a megabyte', { 'content-type': 'application/json' }, ' '.repeat(2 ** 20)],
] as const) {
  test(`a 200 with ${what} is a success`, async (t) => {
    assert.deepEqual((await exchange(t, withStatus(200, headers, body))).answer, { kind: 'delivered' });
  });
}

test('no answer, a refused connection and a time-out are tried again', async (t) => {
  const port = await freePort();
  const refused = await transportTo(t, `http://127.0.0.1:${port}`)(logs(t, '1'), NEVER);
  assert.equal(refused.kind, 'retry');
  assert.match('error' in refused ? (refused.error?.message ?? '') : '', /did not answer: ECONNREFUSED$/);
  const silent = await exchange(t, () => {}, { timeoutMs: 50 });
  assert.equal(silent.answer.kind, 'retry');
  assert.match(
    'error' in silent.answer ? (silent.answer.error?.message ?? '') : '',
    /no answer within 50 ms$/,
  );
});

test('errors name neither credentials nor the query of the URL', async (t) => {
  const sink = await httpSink(withStatus(401));
  t.after(() => sink.close());
  const url = new URL(`${sink.url}/v1/logs?api_key=secret1`);
  url.username = 'user';
  url.password = 'secret2';
  const answer = await transportTo(t, sink.url, { url })(logs(t, '1'), NEVER);
  assert.ok(answer.kind === 'hold');
  assert.equal(
    answer.error.message,
    `${sink.url}/v1/logs answered 401 (check the credentials in the headers)`,
  );
  assert.equal(sink.requests[0]?.headers.authorization, `Basic ${btoa('user:secret2')}`);
});

test('the signal ends a request', async (t) => {
  const sink = await httpSink(() => {});
  t.after(() => sink.close());
  const abort = new AbortController();
  const answer = transportTo(t, sink.url)(logs(t, '1'), abort.signal);
  await sink.arrived(1);
  abort.abort();
  const ended = await answer;
  assert.ok(ended.kind === 'retry');
  assert.doesNotMatch(ended.error.message, /within/);
});

test('requests share a connection; close ends it', async (t) => {
  let sockets = 0;
  let closed: Promise<unknown> | undefined;
  const sink = await httpSink((_request, response) => {
    if (response.socket?.listenerCount('seen') === 0) {
      sockets++;
      response.socket.on('seen', () => {});
      closed = once(response.socket, 'close');
    }
    response.end();
  });
  t.after(() => sink.close());
  const transport = otlpTransport({
    url: new URL(sink.url),
    headers: {},
    compression: 'none',
    encoding: 'protobuf',
    timeoutMs: 5000,
    userAgent: 'x',
  });
  for (const text of ['1', '2', '3']) await transport.send(logs(t, text), NEVER);
  assert.equal(sockets, 1);
  const startedMs = performance.now();
  transport.close();
  await closed;
  // The server itself ends connections that are idle for 5 s.
  assert.ok(performance.now() - startedMs < 4500);
});

/** An https server with a certificate that nobody knows; `strict` wants one of the client too. */
async function secureSink(t: TestContext, strict: boolean): Promise<string> {
  const options = { cert: LOCALHOST_CERT, key: LOCALHOST_KEY, ca: LOCALHOST_CERT };
  const server = createServer(
    { ...options, requestCert: strict, rejectUnauthorized: strict },
    (request, response) => {
      request.resume().on('end', () => response.end());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('over https only a server whose authority is trusted gets anything', async (t) => {
  const url = await secureSink(t, false);
  const unknown = await transportTo(t, url)(logs(t, '1'), NEVER);
  assert.equal(unknown.kind, 'retry');
  assert.match(
    'error' in unknown ? (unknown.error?.message ?? '') : '',
    /did not answer: \w*SELF_SIGNED_CERT/,
  );
  const trusted = await transportTo(t, url, { tls: { ca: LOCALHOST_CERT } })(logs(t, '1'), NEVER);
  assert.deepEqual(trusted, { kind: 'delivered' });
});

test('a server that wants a certificate of ours gets it', async (t) => {
  const url = await secureSink(t, true);
  const tls = { ca: Buffer.from(LOCALHOST_CERT), cert: LOCALHOST_CERT, key: LOCALHOST_KEY };
  assert.deepEqual(await transportTo(t, url, { tls })(logs(t, '1'), NEVER), { kind: 'delivered' });
  const without = await transportTo(t, url, { tls: { ca: LOCALHOST_CERT } })(logs(t, '1'), NEVER);
  assert.equal(without.kind, 'retry');
});

test('a body in pieces arrives in one, with and without gzip', async (t) => {
  const sink: HttpSink = await httpSink();
  t.after(() => sink.close());
  const pieces = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(700_000, 'b'), Buffer.from('c')];
  for (const body of [pieces, [], Buffer.concat(pieces)]) {
    for (const compression of ['none', 'gzip'] as const) {
      await post({ url: new URL(sink.url), headers: {}, body, compression, timeoutMs: 5000 });
    }
  }
  const whole = Buffer.concat(pieces);
  const got = sink.requests.map(({ body, headers }) =>
    headers['content-encoding'] ? gunzipSync(body) : body,
  );
  assert.ok(
    [whole, whole, Buffer.alloc(0), Buffer.alloc(0), whole, whole].every((want, at) => got[at]?.equals(want)),
  );
  assert.equal(got.length, 6);
  assert.ok((sink.requests[1]?.body.length ?? 0) <= gzipSync(whole, { level: GZIP_LEVEL }).length + 100);
});

test('a large body, written over several turns, arrives whole and in order, whatever its pieces', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const sizes = [1, 300_001, 128 * 1024, 0, 1_500_000];
  const body = sizes.map((size, piece) =>
    Buffer.from(Array.from({ length: size }, (_, index) => (index * 7 + piece) % 251)),
  );
  const { status } = await post({ url: new URL(sink.url), headers: {}, body, timeoutMs: 5000 });
  assert.equal(status, 200);
  assert.ok(sink.requests[0]?.body.equals(Buffer.concat(body)), 'the body is not what was sent');
});
