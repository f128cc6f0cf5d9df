import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusMessage } from '../../src/otlp/http/decode-answer.ts';
import { otlpTransport } from '../../src/spool/send/otlp-transport.ts';
import { httpSink } from '../harness/http-sink.ts';

const TOKEN = 'tok"en/with&all+of=it';
const headers = {
  authorization: `Bearer ${TOKEN}`,
  'x-api-key': 'k1',
  'X-Session': 'a=first-part; b=second-part',
  'user-agent': 'otel-events/1',
  'content-type': 'application/json',
};
const url = new URL('https://us%40er:pass%20word@example.com/v1/logs?api_key=query-key');

const said = (text: string, type = 'text/plain'): string =>
  statusMessage('json', { headers: {}, status: 400, type, body: Buffer.from(text) }, { url, headers });

test('an answer that shows our request is kept without our headers and credentials, in every form', () => {
  const basic = Buffer.from('us@er:pass word').toString('base64');
  for (const secret of [
    headers.authorization,
    TOKEN,
    JSON.stringify(TOKEN).slice(1, -1),
    encodeURIComponent(TOKEN),
    'tok&quot;en/with&amp;all+of=it',
    Buffer.from(headers.authorization).toString('base64'),
    headers.authorization.toUpperCase(),
    'first-part',
    'us@er',
    'pass word',
    basic,
    'query-key',
    'k1',
  ]) {
    assert.equal(said(`you sent <${secret}>, refused`), 'you sent <[Redacted]>, refused', secret);
  }
  assert.equal(
    said('{"message": "bad header Bearer tok\\"en/with&all+of=it"}', 'application/json').includes('tok'),
    false,
  );
});

test('what is no secret stays: words, content types, short values inside of others', () => {
  const text = 'otel-events/1 sent application/json: Bearer wanted, k12 and ak1 are not k1x';
  assert.equal(said(text), text);
});

test('Basic credentials are taken out in clear too', () => {
  const authorization = `Basic ${Buffer.from('joe:hunter2').toString('base64')}`;
  const body = Buffer.from('wrong password hunter2 for joe:hunter2');
  const answer = { headers: {}, status: 400, type: 'text/plain', body };
  assert.equal(
    statusMessage('protobuf', answer, { url: new URL('http://h/'), headers: { authorization } }),
    'wrong password [Redacted] for [Redacted]',
  );
});

test('a server that answers 400 with the whole request gives a dead letter nothing of it', async (t) => {
  const sink = await httpSink((request, response) => {
    response.writeHead(400, { 'content-type': 'text/plain' });
    response.end(`${'x'.repeat(900)} ${JSON.stringify(request.headers)}`);
  });
  t.after(() => sink.close());
  const { send, close } = otlpTransport({
    url: new URL(`${sink.url.replace('http://', 'http://joe:hunter22@')}/v1/logs`),
    headers: { 'x-token': 'secret-token' },
    compression: 'none',
    encoding: 'protobuf',
    timeoutMs: 5_000,
    userAgent: 'test',
  });
  t.after(close);
  const batch = {
    signal: 'logs',
    header: { resource: new Uint8Array(), scope: new Uint8Array() },
    bytes: new Uint8Array(),
    count: 1,
  };
  const answer = await send(batch as never, new AbortController().signal);
  assert.equal(answer.kind, 'invalid');
  const text = JSON.stringify(answer);
  assert.match(text, /x{900}/);
  assert.doesNotMatch(text, /secret-token|hunter22|am9l/);
});
