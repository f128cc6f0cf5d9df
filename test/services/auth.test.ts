import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { call, openSession } from '../collector/grpc-call.ts';
import { tempDir } from '../harness/temp-dir.ts';
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
