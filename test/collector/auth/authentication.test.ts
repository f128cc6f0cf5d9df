import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { SecretFile } from '../../../src/collector/auth/secret-file.ts';
import { startCollector } from '../../../src/collector/index.ts';
import { readConfig } from '../../../src/collector/read-config.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { call, openSession } from '../grpc-call.ts';
import { eventually, logsOf, protobufOf } from '../samples.ts';

const SECRET = 'top-s3cret';
const HTPASSWD = {
  htpasswd: { inline: `ada:${SECRET}\nbob:$2y$04$abcdefghijklmnopqrstuujDKYdbVepjeHmCxxpc70yH9nkRFfaJa` },
};

const configOf = (type: string, settings: object, protocols: object = {}) => {
  const auth = { authenticator: type };
  return {
    receivers: {
      otlp: {
        protocols: {
          http: { endpoint: 'localhost:0', auth, ...protocols },
          grpc: { endpoint: 'localhost:0', auth },
        },
      },
    },
    extensions: { [type]: settings },
    service: { extensions: [type], pipelines: { logs: { receivers: ['otlp'], exporters: ['mine'] } } },
  };
};

async function start(t: TestContext, type: string, settings: object, protocols: object = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: configOf(type, settings, protocols),
    exporters: { mine: async () => {} },
    write: (line) => void lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  const { otlp: url = '', 'otlp.protocols.grpc': grpcUrl = '' } = collector.endpoints;
  const session = openSession(t, grpcUrl);
  const told: string[] = [];
  /** The status of HTTP, and that of gRPC. */
  const ask = async (headers: Record<string, string>): Promise<string> => {
    const overHttp = await fetch(`${url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(logsOf('a')),
    });
    told.push(await overHttp.text());
    const overGrpc = await call(session, protobufOf(logsOf('a')), headers);
    told.push(overGrpc.message);
    return `${overHttp.status} ${overGrpc.status}`;
  };
  return { collector, ask, lines, told };
}

const basic = (user: string, password: string, scheme = 'Basic') => ({
  authorization: `${scheme} ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

for (const type of ['basicauth', 'basic_auth']) {
  test(`${type} lets users in who know their passwords, over both protocols`, async (t) => {
    const { ask, collector, lines, told } = await start(t, type, HTPASSWD);
    assert.equal(await ask(basic('ada', SECRET)), '200 0');
    assert.equal(await ask(basic('ada', SECRET, 'basic')), '200 0');
    assert.equal(await ask(basic('bob', 'sécret pass')), '200 0');
    assert.equal(await ask(basic('bob', 'secret pass')), '401 16');
    assert.equal(await ask(basic('ada', `${SECRET}x`)), '401 16');
    assert.equal(await ask(basic('eve', SECRET)), '401 16');
    assert.equal(await ask({ authorization: `Basic ${Buffer.from(SECRET).toString('base64')}` }), '401 16');
    assert.equal(await ask({ authorization: `Bearer ${SECRET}` }), '401 16');
    assert.equal(await ask({}), '401 16');
    assert.deepEqual(collector.stats().receivers.otlp, {
      accepted: { logs: 6, traces: 0, metrics: 0 },
      refused: { logs: 0, traces: 0, metrics: 0 },
      invalidRequests: 12,
    });
    assert.ok(!`${lines}${told}`.includes(SECRET));
  });
}

test('an htpasswd file counts as what is inline, which is stronger', async (t) => {
  const file = path.join(tempDir(t), 'htpasswd');
  writeFileSync(file, `ada:from-file\nbob:from-file\n`);
  const { ask } = await start(t, 'basicauth', { htpasswd: { file, inline: 'ada:inline' } });
  assert.equal(await ask(basic('ada', 'inline')), '200 0');
  assert.equal(await ask(basic('ada', 'from-file')), '401 16');
  assert.equal(await ask(basic('bob', 'from-file')), '200 0');
});

for (const type of ['bearertokenauth', 'bearer_token_auth']) {
  test(`${type} lets in who shows one of the tokens`, async (t) => {
    const { ask, lines, told } = await start(t, type, { tokens: ['other', SECRET] });
    assert.equal(await ask({ authorization: `Bearer ${SECRET}` }), '200 0');
    assert.equal(await ask({ authorization: 'Bearer other' }), '200 0');
    assert.equal(await ask({ authorization: SECRET }), '401 16');
    assert.equal(await ask({ authorization: `bearer ${SECRET}` }), '401 16');
    assert.equal(await ask({ authorization: 'Bearer' }), '401 16');
    assert.equal(await ask({}), '401 16');
    assert.ok(!`${lines}${told}`.includes(SECRET));
  });
}

test('a token may come in another header, without a scheme', async (t) => {
  const { ask } = await start(t, 'bearertokenauth', { header: 'X-API-Key', scheme: '', token: SECRET });
  assert.equal(await ask({ 'x-api-key': SECRET }), '200 0');
  assert.equal(await ask({ authorization: `Bearer ${SECRET}` }), '401 16');
});

test('tokens of a file are the first words of its lines, and new ones count soon', async (t) => {
  const file = path.join(tempDir(t), 'tokens');
  writeFileSync(file, `  ${SECRET} of the shop\n\nsecond\n`);
  const { ask } = await start(t, 'bearertokenauth', { filename: file });
  assert.equal(await ask({ authorization: `Bearer ${SECRET}` }), '200 0');
  assert.equal(await ask({ authorization: 'Bearer second' }), '200 0');
  writeFileSync(`${file}.new`, 'third\n');
  renameSync(`${file}.new`, file);
  await eventually(async () => (await ask({ authorization: 'Bearer third' })) === '200 0');
  assert.equal(await ask({ authorization: 'Bearer second' }), '401 16');
});

test('a secret holds for as long as its file cannot be read', async (t) => {
  const file = path.join(tempDir(t), 'secret');
  writeFileSync(file, 'first');
  const secret = new SecretFile(file);
  renameSync(file, `${file}.old`);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal(secret.text, 'first');
  assert.throws(() => new SecretFile(file), { code: 'ENOENT' });
});

test('a browser that asks whether it may send shows no secret yet', async (t) => {
  const { collector } = await start(t, 'basicauth', HTPASSWD, { cors: { allowed_origins: ['*'] } });
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const { status } = await fetch(`${collector.endpoint}/v1/logs`, { method: 'OPTIONS', headers });
  assert.equal(status, 204);
});

const WRONG: readonly [name: string, type: string, settings: object, message: RegExp][] = [
  ['nothing', 'basicauth', {}, /htpasswd: is missing, and so is client_auth/],
  [
    'both sides',
    'basicauth',
    { ...HTPASSWD, client_auth: { username: 'a' } },
    /htpasswd or client_auth, not both/,
  ],
  ['no file and no text', 'basicauth', { htpasswd: {} }, /htpasswd: expected file, inline or both/],
  [
    'a hash of another kind',
    'basicauth',
    { htpasswd: { inline: 'a:$apr1$top-s3cret' } },
    /inline: htpasswd, line 1: .*bcrypt/,
  ],
  [
    'a client for a server',
    'basicauth',
    { client_auth: { username: 'a' } },
    /http\.auth\.authenticator: expected the id/,
  ],
  ['no token', 'bearertokenauth', {}, /token: is missing, and so are tokens and filename/],
  ['an empty list', 'bearertokenauth', { tokens: [] }, /tokens: expected at least one token/],
  [
    'two kinds of tokens',
    'bearertokenauth',
    { tokens: ['top-s3cret'], token: 'b' },
    /token or tokens, not both/,
  ],
  [
    'a header that is none',
    'bearertokenauth',
    { token: 'top-s3cret', header: 'a b' },
    /header: expected the name/,
  ],
];

for (const [name, type, settings, message] of WRONG) {
  test(`${type} with ${name} is refused, without a word of the secret`, async () => {
    await assert.rejects(
      readConfig(configOf(type, settings), { extraExporters: ['mine'] }),
      (error: Error & { code: string }) =>
        error.code === 'COLLECTOR_CONFIG_INVALID' &&
        message.test(error.message) &&
        !error.message.includes(SECRET),
    );
  });
}

test('an authenticator has to be one that the service runs', async () => {
  const config = configOf('basicauth', HTPASSWD);
  const service = { ...config.service, extensions: [] };
  await assert.rejects(
    readConfig({ ...config, service }, { extraExporters: ['mine'] }),
    /protocols\.grpc\.auth\.authenticator: expected the id of an extension that service\.extensions lists/,
  );
});

test('a file that is not there fails the start, with its name', async () => {
  const config = configOf('bearertokenauth', { filename: '/nowhere/token' });
  await assert.rejects(startCollector({ config, exporters: { mine: async () => {} }, write: () => {} }), {
    code: 'COLLECTOR_START_FAILED',
    message: /extensions\.bearertokenauth: ENOENT.*\/nowhere\/token/,
  });
});
