import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { startCollector } from '../../src/collector/index.ts';
import { HttpClient } from '../../src/otlp/http/http-client.ts';
import { post } from '../../src/otlp/http/post.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LOCALHOST_CERT as CERT, LOCALHOST_KEY as KEY } from '../spool/localhost-cert.ts';
import { ask, HTTP_CASES, HTTP_SETTINGS } from './http-cases.ts';
import { logsOf } from './samples.ts';

async function start(t: TestContext, http: object): Promise<{ url: string; batches: Batch[] }> {
  const batches: Batch[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0', ...http } } } },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['kept'] } } },
    },
    exporters: { kept: async (batch) => void batches.push(batch) },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { url: collector.endpoint, batches };
}

const ALLOWED = {
  vary: 'origin, access-control-request-method, access-control-request-headers',
  'access-control-allow-origin': 'https://shop.example',
  'access-control-allow-methods': 'post',
  'access-control-allow-credentials': 'true',
  'access-control-max-age': '600',
};
const UNALLOWED = { vary: ALLOWED.vary };
const ADMITTED = {
  vary: 'origin',
  'access-control-allow-origin': 'https://shop.example',
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-seen, x-also',
};
const TAKEN = { status: 200, vary: 'origin' };
const REFUSED = { status: 400, vary: 'origin' };

/** What the OpenTelemetry Collector 0.155 answers: `test/services/http.test.ts` asks it. */
const ANSWERS: Readonly<Record<string, object>> = {
  'a preflight request of an origin that may': { status: 204, ...ALLOWED },
  'one that asks for a header that may': {
    status: 204,
    ...ALLOWED,
    'access-control-allow-headers': 'x-team',
  },
  'one that asks for a header that may not': { status: 204, ...UNALLOWED },
  'one that asks for a method that may not': { status: 204, ...UNALLOWED },
  'one of an origin by its wildcard': {
    status: 204,
    ...ALLOWED,
    'access-control-allow-origin': 'https://a.b.page.example',
  },
  'one of an origin that only looks like it': { status: 204, ...UNALLOWED },
  'one of another origin': { status: 204, ...UNALLOWED },
  'one without an origin': { status: 204, ...UNALLOWED },
  'OPTIONS that asks for nothing': { status: 405, ...ADMITTED },
  'a request of an origin that may': { status: 200, ...ADMITTED },
  'a request of another origin': TAKEN,
  'a request of no origin': TAKEN,
  'a body in gzip': TAKEN,
  'a body in zlib': TAKEN,
  'a body in deflate': TAKEN,
  'a body in zstd': TAKEN,
  'a long body in zstd': TAKEN,
  'a body in snappy': TAKEN,
  'a body in framed snappy': TAKEN,
  'framed snappy that says it is not': TAKEN,
  'a body in lz4': TAKEN,
  'what is not snappy': REFUSED,
  'what is not framed snappy': REFUSED,
  'what is not lz4': REFUSED,
  'an unknown encoding': REFUSED,
  'what is not zstd': REFUSED,
  'zstd that is cut short': REFUSED,
  'what is not deflate': REFUSED,
  'the path that it would have had': { status: 404, vary: 'origin' },
  'the path with a query': TAKEN,
};

test('browsers, encodings and paths are answered as the settings say', async (t) => {
  const { url } = await start(t, HTTP_SETTINGS);
  for (const [name, one] of Object.entries(HTTP_CASES)) {
    assert.deepEqual(await ask(url, one), { ...ANSWERS[name], 'x-seen': 'yes' }, name);
  }
});

test('with every origin allowed each page is told so', async (t) => {
  const { url } = await start(t, { cors: { allowed_origins: ['*'], allowed_headers: ['*'] } });
  const headers = {
    origin: 'https://any.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-any',
  };
  assert.deepEqual(await ask(url, { method: 'OPTIONS', path: '/v1/logs', headers }), {
    status: 204,
    vary: ALLOWED.vary,
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'post',
    'access-control-allow-headers': 'x-any',
    'access-control-allow-credentials': 'true',
  });
});

test('a body in zstd that inflates to more than the limit is refused with 413, short or long', async (t) => {
  const { url } = await start(t, { max_request_body_size: 200_000 });
  const noise = Buffer.concat([crypto.getRandomValues(Buffer.alloc(20_000)), Buffer.alloc(1_000_000)]);
  for (const body of [zstdCompressSync(Buffer.alloc(50_000_000)), zstdCompressSync(noise)]) {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd' };
    const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers, body });
    assert.equal(response.status, 413);
  }
});

test('only the encodings that are listed are taken', async (t) => {
  const { url } = await start(t, { compression_algorithms: ['', 'zstd'] });
  const send = async (encoding: string, body: Uint8Array) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    return (await fetch(`${url}/v1/logs`, { method: 'POST', headers, body: Buffer.from(body) })).status;
  };
  assert.equal(await send('zstd', zstdCompressSync('{}')), 200);
  assert.equal(await send('gzip', zstdCompressSync('{}')), 400);
});

test('without keep_alives_enabled a connection takes one request', async (t) => {
  const { url } = await start(t, { keep_alives_enabled: false });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers, body: '{}' });
  assert.equal(response.headers.get('connection'), 'close');
});

test('over TLS only who trusts the certificate gets through, and who has to show one', async (t) => {
  const dir = tempDir(t);
  const cert_file = path.join(dir, 'cert.pem');
  const key_file = path.join(dir, 'key.pem');
  writeFileSync(cert_file, CERT);
  writeFileSync(key_file, KEY);
  const send = async (base: string, tls: object) => {
    const client = new HttpClient(tls);
    t.after(() => client.close());
    const url = new URL('/v1/logs', base.replace('127.0.0.1', 'localhost'));
    const body = Buffer.from(JSON.stringify(logsOf('a')));
    const headers = { 'content-type': 'application/json' };
    return (await post({ url, headers, body, timeoutMs: 5_000, client })).status;
  };

  const secure = await start(t, { tls: { cert_file, key_file } });
  assert.match(secure.url, /^https:/);
  assert.equal(await send(secure.url, { ca: CERT }), 200);
  await assert.rejects(send(secure.url, {}), { code: 'EXPORT_FAILED' });
  assert.equal(secure.batches.length, 1);

  const mutual = await start(t, { tls: { cert_file, key_file, client_ca_file: cert_file } });
  assert.equal(await send(mutual.url, { ca: CERT, cert: CERT, key: KEY }), 200);
  await assert.rejects(send(mutual.url, { ca: CERT }), { code: 'EXPORT_FAILED' });
  const strange = strangeCertificate(dir);
  await assert.rejects(send(mutual.url, { ca: CERT, ...strange }), { code: 'EXPORT_FAILED' });
  assert.equal(mutual.batches.length, 1);
});

/** Of somebody that nobody has signed. */
function strangeCertificate(dir: string): { cert: Buffer; key: Buffer } {
  const [cert, key] = [path.join(dir, 'strange.pem'), path.join(dir, 'strange.key')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', [...args, '-subj', '/CN=strange', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

test('a connection that says nothing before its handshake does not keep a collector from ending', async (t) => {
  const dir = tempDir(t);
  const [cert_file, key_file] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  writeFileSync(cert_file, CERT);
  writeFileSync(key_file, KEY);
  const { url } = await start(t, { tls: { cert_file, key_file } });
  const { hostname, port } = new URL(url);
  const socket = connectPlain(Number(port), hostname).on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  t.after(() => closed);
});
