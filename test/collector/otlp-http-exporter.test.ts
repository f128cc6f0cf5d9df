import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { startCollector } from '../../src/collector/index.ts';
import { readConfig } from '../../src/collector/read-config.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../spool/localhost-cert.ts';
import { eventually, logsOf, protobufOf } from './samples.ts';

const FAST = { initial_interval: '5ms', max_interval: '10ms', max_elapsed_time: '0s' };
const AUTH = { authenticator: 'bearertokenauth' };

/** A collector that sends on what it gets, and what it says. */
async function sender(t: TestContext, type: string, exporter: object, extensions: object = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: { [type]: { retry_on_failure: FAST, ...exporter } },
      extensions,
      service: {
        extensions: Object.keys(extensions),
        pipelines: { logs: { receivers: ['otlp'], exporters: [type] } },
      },
    },
    write: (line) => void lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const send = async () => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = Buffer.from(protobufOf(logsOf('a')));
    assert.equal(
      (await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body })).status,
      200,
    );
  };
  return { send, lines, sent: () => collector.stats().exporters[type]?.sent };
}

/** A collector that takes what comes over TLS from clients with a certificate and a token. */
async function receiver(t: TestContext, settings: object = {}, extension: object = { token: 'right' }) {
  const batches: Batch[] = [];
  const tls = { ...files(t).server, client_ca_file: files(t).server.cert_file };
  const protocol = { endpoint: 'localhost:0', tls, auth: AUTH, ...settings };
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: protocol, grpc: protocol } } },
      extensions: { bearertokenauth: extension },
      service: {
        extensions: ['bearertokenauth'],
        pipelines: { logs: { receivers: ['otlp'], exporters: ['mine'] } },
      },
    },
    exporters: { mine: async (batch) => void batches.push(batch) },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const named = (url = '') => url.replace('127.0.0.1', 'localhost');
  const { otlp, 'otlp.protocols.grpc': grpc } = collector.endpoints;
  return { batches, urls: { otlp_http: named(otlp), otlp_grpc: named(grpc) } };
}

function files(t: TestContext) {
  const dir = tempDir(t);
  const [cert_file, key_file] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  writeFileSync(cert_file, LOCALHOST_CERT);
  writeFileSync(key_file, LOCALHOST_KEY);
  return { server: { cert_file, key_file }, client: { ca_file: cert_file, cert_file, key_file } };
}

const UNPACK = {
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
  zlib: inflateSync,
  deflate: inflateSync,
  none: (body: Buffer) => body,
} as const;

for (const [compression, unpack] of Object.entries(UNPACK)) {
  test(`a request leaves as it came, compression ${compression}`, async (t) => {
    await using sink = await httpSink();
    const { send } = await sender(t, 'otlp_http', {
      endpoint: sink.url,
      compression,
      headers: [
        { name: 'X-Team', value: 'shop' },
        { name: 'x-empty', value: '' },
      ],
    });
    await send();
    await sink.arrived(1);
    const [request] = sink.requests;
    assert.equal(request?.headers['content-encoding'], compression === 'none' ? undefined : compression);
    assert.equal(request?.headers['x-team'], 'shop');
    assert.equal(request?.headers['x-empty'], '');
    assert.deepEqual(unpack(request?.body ?? Buffer.alloc(0)), Buffer.from(protobufOf(logsOf('a'))));
  });
}

for (const type of ['otlp_http', 'otlp_grpc'] as const) {
  test(`${type} shows its certificate and its token, and believes only whom it should`, async (t) => {
    const { batches, urls } = await receiver(t);
    const endpoint = urls[type];
    const { client } = files(t);
    const extensions = { bearertokenauth: { token: 'right' } };
    const with_ = async (tls: object) => {
      const { send, lines, sent } = await sender(t, type, { endpoint, tls, auth: AUTH }, extensions);
      await send();
      await eventually(() => sent() === 1 || lines.some((line) => line.includes('delivery fails')));
      return sent() === 1;
    };
    assert.equal(await with_(client), true);
    assert.equal(await with_({ ...client, ca_file: undefined }), false, 'an authority that is unknown');
    assert.equal(await with_({ ...client, ca_file: undefined, insecure_skip_verify: true }), true);
    assert.equal(await with_({ ca_file: client.ca_file }), false, 'no certificate of its own');
    assert.equal(await with_({ ...client, server_name_override: 'other.example' }), false, 'another name');
    assert.equal(batches.length, 2);
  });

  test(`${type} keeps what was taken until its token is right again`, async (t) => {
    const { batches, urls } = await receiver(t);
    const token = path.join(tempDir(t), 'token');
    writeFileSync(token, 'expired');
    const { send, lines, sent } = await sender(
      t,
      type,
      { endpoint: urls[type], tls: files(t).client, auth: AUTH, headers: { Authorization: 'Bearer none' } },
      { bearertokenauth: { filename: token } },
    );
    await send();
    await eventually(() => lines.some((line) => /answered .*(401|UNAUTHENTICATED)/.test(line)));
    assert.equal(sent(), 0);
    writeFileSync(token, 'right');
    await eventually(() => sent() === 1);
    assert.equal(batches.length, 1);
    assert.ok(!`${lines}`.includes('expired'));
  });
}

test('basicauth shows a user and a password, of files that may change', async (t) => {
  await using sink = await httpSink();
  const file = path.join(tempDir(t), 'password');
  writeFileSync(file, ' s3cret\n');
  const { send } = await sender(
    t,
    'otlp_http',
    { endpoint: sink.url, auth: { authenticator: 'basicauth' } },
    { basicauth: { client_auth: { username: 'ada', password: 'weaker', password_file: file } } },
  );
  await send();
  await sink.arrived(1);
  const expected = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
  assert.equal(sink.requests[0]?.headers.authorization, expected);
});

const WRONG: readonly [name: string, type: string, settings: object, message: RegExp][] = [
  [
    'a proxy',
    'otlp_http',
    { proxy_url: 'http://u:top-s3cret@proxy:3128' },
    /proxy_url: a proxy is not set here; .*NODE_USE_ENV_PROXY/,
  ],
  ['half a certificate', 'otlp_http', { tls: { cert_file: 'a' } }, /tls: expected both/],
  [
    'an unknown authenticator',
    'otlp_http',
    { auth: { authenticator: 'a' } },
    /auth\.authenticator: expected the id/,
  ],
  [
    'a server for a client',
    'otlp_http',
    { auth: { authenticator: 'basicauth' } },
    /basicauth with client_auth/,
  ],
  [
    'a secret for everybody to read',
    'otlp_grpc',
    { tls: { insecure: true }, auth: AUTH },
    /auth: expected TLS/,
  ],
  [
    'a header that is there twice',
    'otlp_http',
    {
      headers: [
        { name: 'a', value: 'b' },
        { name: 'a', value: 'c' },
      ],
    },
    /headers\[1\]: is there twice/,
  ],
  [
    'a header without a name',
    'otlp_http',
    { headers: [{ value: 'top-s3cret' }] },
    /headers\[0\]\.name: is missing/,
  ],
];

for (const [name, type, settings, message] of WRONG) {
  test(`${type} with ${name} is refused, without a word of the secret`, async () => {
    const config = {
      receivers: { otlp: { protocols: { http: null } } },
      exporters: {
        [type]: {
          endpoint: 'localhost:1'.replace(/^/, 'http://'.repeat(Number(type === 'otlp_http'))),
          ...settings,
        },
      },
      extensions: {
        basicauth: { htpasswd: { inline: 'a:top-s3cret' } },
        bearertokenauth: { token: 'top-s3cret' },
      },
      service: {
        extensions: ['basicauth', 'bearertokenauth'],
        pipelines: { logs: { receivers: ['otlp'], exporters: [type] } },
      },
    };
    await assert.rejects(
      readConfig(config),
      (error: Error) => message.test(error.message) && !error.message.includes('top-s3cret'),
    );
  });
}
