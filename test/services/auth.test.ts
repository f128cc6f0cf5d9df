import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { call, openSession } from '../collector/grpc-call.ts';
import { eventually } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../spool/localhost-cert.ts';
import { logsRequest, postJson } from './otlp-request.ts';
import { requireService } from './require-service.ts';
import { freePorts, startOtelcol } from './start-otelcol.ts';

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` });

const EXTENSIONS: Readonly<Record<string, { settings: object; asked: readonly Record<string, string>[] }>> = {
  basicauth: {
    settings: {
      htpasswd: {
        inline: [
          'plain:se:cret',
          'sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
          'bcrypt:$2y$04$abcdefghijklmnopqrstuujDKYdbVepjeHmCxxpc70yH9nkRFfaJa',
          'twice:first',
          'twice:second',
        ].join('\n'),
      },
    },
    asked: [
      basic('plain:se:cret'),
      basic('plain:se'),
      basic('sha:secret'),
      basic('sha:Secret'),
      basic('bcrypt:sécret pass'),
      basic('bcrypt:secret pass'),
      basic('twice:first'),
      basic('twice:second'),
      basic('nobody'),
      { authorization: 'Basic !' },
      { authorization: 'Bearer plain' },
      {},
    ],
  },
  bearertokenauth: {
    settings: { header: 'X-Key', scheme: 'Key', tokens: ['one', 'two'] },
    asked: [{ 'x-key': 'Key one' }, { 'x-key': 'Key two' }, { 'x-key': 'key two' }, { 'x-key': 'one' }, {}],
  },
};

for (const [type, { settings, asked }] of Object.entries(EXTENSIONS)) {
  test(`${type} lets in whom the real collector lets in, with the same answers`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const ports = await freePorts();
    const configOf = (http: number, grpc: number) => {
      const auth = { authenticator: type };
      return {
        receivers: {
          otlp: {
            protocols: {
              http: { endpoint: `127.0.0.1:${http}`, auth },
              grpc: { endpoint: `127.0.0.1:${grpc}`, auth },
            },
          },
        },
        exporters: { nop: null },
        extensions: { [type]: settings },
        service: {
          extensions: [type],
          pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } },
          telemetry: { metrics: { level: 'none' } },
        },
      };
    };
    // YAML expands variables, and a hash has signs of dollars.
    const yaml = JSON.stringify(configOf(ports.http, ports.grpc)).replaceAll('$', '$$$$');
    const real = await startOtelcol({ dir: tempDir(t), ports, yaml });
    t.after(() => real.stop());
    const config = JSON.parse(JSON.stringify(configOf(0, 0)).replaceAll('$', '$$$$'));
    const embedded = await startCollector({ config, write: () => {} });
    t.after(() => embedded.stop());

    const ask = async (url: string, grpcUrl: string, headers: Record<string, string>) => {
      const response = await fetch(`${url}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      });
      const { status, message } = await call(openSession(t, grpcUrl), new Uint8Array(), headers);
      const code = response.ok ? 0 : ((await response.json()) as { code: number }).code;
      return {
        status: response.status,
        code,
        grpc: status,
        message: decodeURIComponent(message).toLowerCase(),
      };
    };
    const grpcUrl = embedded.endpoints['otlp.protocols.grpc'] ?? '';
    for (const headers of asked) {
      assert.deepEqual(
        await ask(embedded.endpoint, grpcUrl, headers),
        await ask(real.endpoint, `http://127.0.0.1:${ports.grpc}`, headers),
        JSON.stringify(headers),
      );
    }
  });
}

test('the real collector takes what ours sends with a certificate, a token and zstd, over both protocols', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const ports = await freePorts();
  const dir = tempDir(t);
  const [cert_file, key_file] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  await writeFile(cert_file, LOCALHOST_CERT);
  await writeFile(key_file, LOCALHOST_KEY);
  const extensions = { bearertokenauth: { token: 'right' } };
  const auth = { authenticator: 'bearertokenauth' };
  const secure = { tls: { cert_file, key_file, client_ca_file: cert_file }, auth };
  const file = path.join(dir, 'events.jsonl');
  // Plain HTTP beside it, for whoever waits until it is ready.
  const yaml = JSON.stringify({
    receivers: {
      otlp: { protocols: { http: { endpoint: `127.0.0.1:${ports.http}` } } },
      'otlp/secure': {
        protocols: {
          http: { endpoint: `127.0.0.1:${ports.metrics}`, ...secure },
          grpc: { endpoint: `127.0.0.1:${ports.grpc}`, ...secure },
        },
      },
    },
    exporters: { file: { path: file, rotation: {} } },
    extensions,
    service: {
      extensions: ['bearertokenauth'],
      pipelines: { logs: { receivers: ['otlp', 'otlp/secure'], exporters: ['file'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  });
  const real = await startOtelcol({ dir, ports, yaml });
  t.after(() => real.stop());
  const tls = { ca_file: cert_file, cert_file, key_file };
  const embedded = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: {
        otlp_http: { endpoint: `https://localhost:${ports.metrics}`, tls, auth, compression: 'zstd' },
        otlp_grpc: { endpoint: `localhost:${ports.grpc}`, tls, auth },
      },
      extensions,
      service: {
        extensions: ['bearertokenauth'],
        pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_http', 'otlp_grpc'] } },
      },
    },
    write: () => {},
  });
  t.after(() => embedded.stop());
  assert.equal(await postJson(`${embedded.endpoint}/v1/logs`, logsRequest('cart.item_added')), 200);
  await eventually(() => {
    const { otlp_http: http, otlp_grpc: grpc } = embedded.stats().exporters;
    return http?.sent === 1 && grpc?.sent === 1;
  });
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [logsRequest('cart.item_added'), logsRequest('cart.item_added')],
  );
});
