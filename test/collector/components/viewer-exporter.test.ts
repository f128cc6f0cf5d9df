import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../../src/collector/start-collector.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../../spool/localhost-cert.ts';
import { ask } from '../../viewer/api/viewer-under-test.ts';

async function collectorWith(t: TestContext, viewer: object) {
  const lines: string[] = [];
  const pipeline = { receivers: ['otlp'], exporters: ['viewer'] };
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } } },
      exporters: { viewer: { endpoint: 'localhost:0', ...viewer } },
      service: { pipelines: { logs: pipeline, traces: pipeline, metrics: pipeline } },
    },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop());
  return { collector, lines, url: collector.endpoints.viewer ?? '' };
}

const SENT: Readonly<Record<string, object>> = {
  logs: { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1', eventName: 'order.paid' }] }] }] },
  traces: {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                name: 'GET /',
                traceId: '0af7651916cd43dd8448eb211c80319c',
                spanId: 'b7ad6b7169203331',
                startTimeUnixNano: '2',
                endTimeUnixNano: '3',
              },
            ],
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: '1' }] } }] }] },
    ],
  },
};

async function send(endpoint: string, signal: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(SENT[signal]);
  const { status } = await fetch(`${endpoint}/v1/${signal}`, { method: 'POST', headers, body });
  return status;
}

test('what is answered with 200 is there, also for the next viewer of the same directory', async (t) => {
  const directory = tempDir(t);
  const links = { otlp_http: 'http://127.0.0.1:4318', jaeger: 'http://localhost:16686' };
  const { collector, url } = await collectorWith(t, { directory, synchronous: 'full', links });
  for (const signal of ['logs', 'traces', 'metrics'])
    assert.equal(await send(collector.endpoint, signal), 200);
  const names = async (from: string) =>
    (await ask(`${from}/api/events`)).json.rows.map(({ name }: { name: string }) => name);
  assert.deepEqual(await names(url), ['GET /', 'order.paid']);
  const { json: status } = await ask(`${url}/api/status`);
  assert.deepEqual(
    [status.rows, status.metricPoints, status.endpoints, status.links],
    [2, 1, { otlpHttp: 'http://127.0.0.1:4318' }, { jaeger: 'http://localhost:16686' }],
  );
  await collector.stop();
  const again = await collectorWith(t, { directory });
  assert.deepEqual(await names(again.url), ['GET /', 'order.paid']);
});

test('beyond this machine the address with its token is told once, and one that was given is not', async (t) => {
  const made = await collectorWith(t, { endpoint: '0.0.0.0:0', directory: tempDir(t) });
  const told = made.lines.filter((line) => line.includes('token='));
  assert.equal(told.length, 1);
  const [, token] = /token=([\w-]+)/.exec(told[0] as string) ?? [];
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await ask(`${made.url}/api/events`, { headers })).status, 200);
  assert.equal((await ask(`${made.url}/api/events`)).status, 401);
  const given = await collectorWith(t, { token: 'correct-horse-battery', directory: tempDir(t) });
  assert.deepEqual(
    given.lines.filter((line) => line.includes('horse')),
    [],
  );
  assert.equal((await ask(`${given.url}/api/events`)).status, 401);
});

/** Status and cookies of an answer over TLS. */
function askSecurely(url: string, options: RequestOptions): Promise<[status: number, cookies: string]> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, ...options }, (response) => {
      const { statusCode = 0, headers } = response.resume();
      resolve([statusCode, String(headers['set-cookie'])]);
    }).on('error', reject);
  });
}

test('over TLS it is shown to who trusts the certificate, and the cookie keeps to TLS', async (t) => {
  const dir = tempDir(t);
  const [cert_file, key_file] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  writeFileSync(cert_file, LOCALHOST_CERT);
  writeFileSync(key_file, LOCALHOST_KEY);
  const token = 'correct-horse-battery';
  const { url } = await collectorWith(t, { directory: dir, tls: { cert_file, key_file }, token });
  assert.match(url, /^https:/);
  const ca = LOCALHOST_CERT;
  const headers = { authorization: `Bearer ${token}` };
  assert.deepEqual((await askSecurely(`${url}/api/events`, { ca, headers }))[0], 200);
  assert.deepEqual((await askSecurely(`${url}/api/events`, { ca }))[0], 401);
  assert.match((await askSecurely(`${url}/?token=${token}`, { ca }))[1], /; Secure$/);
  await assert.rejects(askSecurely(`${url}/api/events`, { headers }), { code: /CERT|SIGNED/ });
  await assert.rejects(ask(`${url.replace('https', 'http')}/api/events`), { code: 'ECONNRESET' });
});

test('settings that cannot be are told together, and no token is repeated', async (t) => {
  const wrong = {
    endpoint: 'nowhere',
    max_size_mib: 0,
    synchronous: 'off',
    token: 'short secret',
    directory: '',
  };
  await assert.rejects(collectorWith(t, wrong), (error: { code: string; message: string }) => {
    assert.equal(error.code, 'COLLECTOR_CONFIG_INVALID');
    for (const key of Object.keys(wrong))
      assert.match(error.message, new RegExp(`exporters\\.viewer\\.${key}`));
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

/** How many of the viewer's modules a collector with that exporter loads. */
function viewerModules(exporter: string, settings: object): number {
  const file = path.join(import.meta.dirname, '../../../src/collector/start-collector.ts');
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } } },
    exporters: { [exporter]: settings },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: [exporter] } } },
  };
  const program = `
    import { registerHooks } from 'node:module';
    let count = 0;
    registerHooks({ load(url, context, next) {
      if (url.includes('/src/viewer/')) count++;
      return next(url, context);
    } });
    const { startCollector } = await import(${JSON.stringify(file)});
    const collector = await startCollector({ config: ${JSON.stringify(config)}, write() {} });
    console.log(count);
    await collector.stop();`;
  const args = ['--input-type=module', '-e', program];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('a collector without a viewer loads nothing of it', (t) => {
  assert.equal(viewerModules('nop', {}), 0);
  assert.ok(viewerModules('viewer', { endpoint: 'localhost:0', directory: tempDir(t) }) > 0);
});

test('the key of a sender opens no data, and the token of a reader takes none in', async (t) => {
  const [senderKey, token] = ['key-of-a-sender-123', 'token-of-a-reader-123'];
  const pipeline = { receivers: ['otlp'], exporters: ['viewer'] };
  const collector = await startCollector({
    config: {
      extensions: { bearertokenauth: { token: senderKey } },
      receivers: {
        otlp: {
          protocols: { http: { endpoint: '127.0.0.1:0', auth: { authenticator: 'bearertokenauth' } } },
        },
      },
      exporters: { viewer: { endpoint: 'localhost:0', directory: tempDir(t), token, mcp: true } },
      service: { extensions: ['bearertokenauth'], pipelines: { logs: pipeline } },
    },
    write: () => {},
  });
  t.after(() => collector.stop());
  const { endpoint, endpoints } = collector;
  const url = endpoints.viewer ?? '';
  const body = JSON.stringify(SENT.logs);
  const shown = (secret: string) => ({
    authorization: `Bearer ${secret}`,
    'content-type': 'application/json',
  });
  const sent = async (secret: string): Promise<number> =>
    (await fetch(`${endpoint}/v1/logs`, { method: 'POST', headers: shown(secret), body })).status;
  assert.deepEqual([await sent(token), await sent(senderKey)], [401, 200]);
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  for (const path of [
    '/api/events',
    '/api/events/0',
    '/api/export',
    '/api/live',
    '/api/openapi.json',
    '/mcp',
  ]) {
    const method = path === '/mcp' ? { method: 'POST', body: list } : { method: 'HEAD' };
    const read = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}${path}`, { ...method, headers })).status;
    const cookie = { cookie: `otel-events-viewer=${senderKey}` };
    assert.deepEqual(
      [await read(shown(senderKey)), await read(cookie), await read(shown(token))],
      [401, 401, 200],
      path,
    );
  }
  assert.equal((await ask(`${url}/?token=${senderKey}`)).headers['set-cookie'], undefined);
});
