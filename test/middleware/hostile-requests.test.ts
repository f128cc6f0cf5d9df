import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testLogger } from '../../src/testing.ts';
import { INHERITED, rawRequest, statusOf } from '../harness/raw-http.ts';
import { FRAMEWORKS } from './start-app.ts';
import { startEventsApi } from './start-events-api.ts';

const JSON_TYPE = 'content-type: application/json';
const RECORD = 'POST /api/events HTTP/1.1';

/** A request to record, one thing about it odd. */
const odd = (start: string, ...headers: readonly string[]): Buffer =>
  rawRequest([start, 'host: a', 'content-length: 1', ...headers], 'x');

/** A body that is well formed, with a name of the client's own. */
function named(schemaId: string, version: string, more: object = {}): Buffer {
  const body = JSON.stringify({ schema_id: schemaId, version, data: {}, ...more });
  return rawRequest([RECORD, 'host: a', JSON_TYPE, `content-length: ${body.length}`], body);
}

const ODD: readonly [string, Buffer][] = [
  ...INHERITED.flatMap((name): [string, Buffer][] => [
    [`content-type ${name}`, odd(RECORD, `content-type: ${name}`)],
    [`content-encoding ${name}`, odd(RECORD, JSON_TYPE, `content-encoding: ${name}`)],
    [`path ${name}`, odd(`POST /api/events/${name} HTTP/1.1`, JSON_TYPE)],
    [`method ${name}`, odd(`${name} /api/events HTTP/1.1`, JSON_TYPE)],
    [`expect ${name}`, odd(RECORD, JSON_TYPE, `expect: ${name}`)],
    [`upgrade ${name}`, odd(RECORD, JSON_TYPE, 'connection: upgrade', `upgrade: ${name}`)],
    [`origin ${name}`, odd(RECORD, JSON_TYPE, `origin: ${name}`)],
    [`header ${name}`, odd(RECORD, `${name}: x`)],
    [`schema ${name}`, named(name, '1')],
    [`version ${name}`, named('https://shop.example/schemas/cart', name)],
    [`timestamp ${name}`, named(name, name, { timestamp: name })],
  ]),
  ...[
    'http://[',
    'http://[/api/events',
    'http://a:b/api/events',
    '//',
    '//api/events',
    '/%zz',
    '/api/events/%',
  ].map((target): [string, Buffer] => [`target ${target}`, odd(`POST ${target} HTTP/1.1`, JSON_TYPE)]),
  ['an origin that cannot be written back', odd(RECORD, JSON_TYPE, 'origin: \u00ffhttp://\u00e9')],
  [
    'a host that is none',
    rawRequest([RECORD, 'host: [', JSON_TYPE, 'origin: http://a', 'content-length: 1'], 'x'),
  ],
  ['a stream for a host that is none', rawRequest(['GET /api/events/subscribe HTTP/1.1', 'host: ['])],
  ['a request id that cannot be written back', odd(RECORD, JSON_TYPE, 'x-request-id: \u00ff\u0080')],
  ['a length that is no number', rawRequest([RECORD, 'host: a', 'content-length: constructor'], 'x')],
  ['a long header', odd(RECORD, `x: ${'x'.repeat(100_000)}`)],
];

for (const framework of FRAMEWORKS) {
  test(`${framework}: odd requests are answered with 4xx, and the app goes on`, async () => {
    const events = testLogger();
    events.registerSchema({
      $id: 'https://shop.example/schemas/cart',
      version: '1',
      type: 'object',
      properties: {},
    });
    await using api = await startEventsApi(framework, events, { rate: false });
    const wrong: string[] = [];
    for (const [name, bytes] of ODD) {
      const status = await statusOf(api.port, bytes);
      if (status < 400 || status >= 500) wrong.push(`${name}: ${status}`);
    }
    assert.deepEqual(wrong, []);
    assert.equal(await statusOf(api.port, named('https://shop.example/schemas/cart', '1')), 204);
  });
}
