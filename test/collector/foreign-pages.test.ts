// What pages in a browser on this machine can send to a collector here: nothing, unless the settings say so.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { rawRequest, statusOf } from '../harness/raw-http.ts';
import { logsOf } from './samples.ts';
import { startFor } from './start-for.ts';

const BODY = JSON.stringify(logsOf('a'));

async function start(t: TestContext, http: object = {}) {
  const { collector } = await startFor(t, {
    receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0', ...http } } } },
    exporters: { nop: {} },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } } },
  });
  const port = Number(new URL(collector.endpoint).port);
  const send = (...headers: readonly string[]): Promise<number> => {
    const lines = headers.map((line) => line.replace('PORT', `${port}`));
    return statusOf(
      port,
      rawRequest(['POST /v1/logs HTTP/1.1', `content-length: ${BODY.length}`, ...lines], BODY),
    );
  };
  return { collector, send };
}

const JSON_TYPE = 'content-type: application/json';

test('what a page may send without asking first (Fetch standard, "simple" requests) is refused', async (t) => {
  const { collector, send } = await start(t);
  const page = ['host: 127.0.0.1:PORT', 'origin: https://evil.example'];
  for (const type of [
    [],
    ['content-type: text/plain'],
    ['content-type: text/plain;charset=UTF-8'],
    ['content-type: text/plain; application/json'],
    ['content-type: application/x-www-form-urlencoded'],
    ['content-type: multipart/form-data; boundary=application/json'],
  ])
    assert.equal(await send(...page, ...type), 415, `${type}`);
  assert.equal(collector.stats().receivers.otlp?.accepted.logs, 0);
});

test('a page whose name leads to this machine for a moment is refused, and who only looks like it is not', async (t) => {
  const { collector, send } = await start(t);
  const cases: readonly [name: string, status: number, ...headers: string[]][] = [
    [
      'a page of its own name at this port',
      403,
      'host: evil.example:PORT',
      'origin: http://evil.example:PORT',
    ],
    ['with an address as a name', 403, 'host: 93.184.216.34:PORT', 'origin: http://93.184.216.34:PORT'],
    ['in a frame of no origin', 403, 'host: evil.example:PORT', 'origin: null'],
    ['with a name that is none', 403, 'host: [:PORT', 'origin: http://evil.example'],
    ['a program that calls this machine by another name', 200, 'host: alias.test:PORT'],
    ['a page behind a proxy', 200, 'host: shop.example', 'origin: https://shop.example'],
    ['a page behind a proxy at a port', 200, 'host: shop.example:8080', 'origin: http://shop.example:8080'],
    [
      'a page that was let in by a preflight elsewhere',
      200,
      'host: localhost:PORT',
      'origin: http://localhost:3000',
    ],
    ['by an address of this machine', 200, 'host: [::1]:PORT', 'origin: http://[::1]:PORT'],
    ['by a name below localhost', 200, 'host: shop.localhost:PORT', 'origin: http://shop.localhost:PORT'],
  ];
  for (const [name, status, ...headers] of cases)
    assert.equal(await send(...headers, JSON_TYPE), status, name);
  const taken = cases.filter(([, status]) => status === 200).length;
  assert.equal(collector.stats().receivers.otlp?.accepted.logs, taken);
});

test('a page that cors.allowed_origins names is taken, whatever it calls this machine', async (t) => {
  const { send } = await start(t, { cors: { allowed_origins: ['http://shop.example:*'] } });
  const origin = 'origin: http://shop.example:PORT';
  assert.equal(await send('host: shop.example:PORT', origin, JSON_TYPE), 200);
  assert.equal(await send('host: shop.example:PORT', 'origin: http://shop.test', JSON_TYPE), 403);
});
