import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HealthCheck } from '../../src/collector/health-check.ts';
import { Intake, type IntakeOptions } from '../../src/collector/intake.ts';
import { Receiver, type ReceiverOptions } from '../../src/collector/receiver.ts';
import { INHERITED, rawRequest, statusOf } from '../harness/raw-http.ts';
import { logsOf } from './samples.ts';

const ADDRESS = { host: 'localhost', port: 0 };
const JSON_TYPE = 'content-type: application/json';

type Options = Partial<ReceiverOptions & Pick<IntakeOptions, 'consume'>>;

async function startReceiver(t: TestContext, options: Options = {}): Promise<number> {
  const take = async (): Promise<void> => {};
  const { consume = { logs: take, traces: take }, ...others } = options;
  const all = {
    address: ADDRESS,
    maxBodyBytes: 1 << 20,
    intake: new Intake({ consume, maxHeldBytes: 8 << 20 }),
    ...others,
  };
  const receiver = new Receiver(all);
  t.after(() => receiver.stop(0));
  return Number(new URL(await receiver.start()).port);
}

/** A request for the logs, one thing about it odd. */
const odd = (start: string, ...headers: readonly string[]): Buffer =>
  rawRequest([start, 'host: a', 'content-length: 1', ...headers], 'x');

const LOGS = 'POST /v1/logs HTTP/1.1';

const ODD: readonly [string, Buffer][] = [
  ...INHERITED.flatMap((name): [string, Buffer][] => [
    [`content-type ${name}`, odd(LOGS, `content-type: ${name}`)],
    [`content-encoding ${name}`, odd(LOGS, JSON_TYPE, `content-encoding: ${name}`)],
    [`path ${name}`, odd(`POST ${name} HTTP/1.1`, JSON_TYPE)],
    [`path /${name}`, odd(`POST /${name} HTTP/1.1`, JSON_TYPE)],
    [`method ${name}`, odd(`${name} /v1/logs HTTP/1.1`, JSON_TYPE)],
    [`expect ${name}`, odd(LOGS, JSON_TYPE, `expect: ${name}`)],
    [`upgrade ${name}`, odd(LOGS, JSON_TYPE, 'connection: upgrade', `upgrade: ${name}`)],
    [`transfer-encoding ${name}`, odd(LOGS, JSON_TYPE, `transfer-encoding: ${name}`)],
    [`header ${name}`, odd(LOGS, `${name}: x`)],
  ]),
  ...[
    'http://[',
    'http://[/v1/logs',
    '//',
    '//v1/logs',
    '*',
    '?',
    '%',
    '/%zz',
    '/\u00ff',
    'a:b',
    '/v1/logs/',
  ].map((target): [string, Buffer] => [`target ${target}`, odd(`POST ${target} HTTP/1.1`, JSON_TYPE)]),
  ['a header that cannot be written back', odd(LOGS, 'content-type: \u00fftext/\u00e9')],
  ['CONNECT', odd('CONNECT a:80 HTTP/1.1')],
  ['CONNECT to nowhere', odd('CONNECT [ HTTP/1.1')],
  ['no host', rawRequest([LOGS, JSON_TYPE, 'content-length: 1'], 'x')],
  ['two lengths', odd(LOGS, JSON_TYPE, 'content-length: 2')],
  ['a length that is no number', rawRequest([LOGS, 'host: a', 'content-length: constructor'], 'x')],
  ['another version', odd('POST /v1/logs HTTP/9.9')],
  ['a long header', odd(LOGS, `x: ${'x'.repeat(100_000)}`)],
];

test('odd requests are answered with 4xx, and the collector goes on', async (t) => {
  const errors: unknown[] = [];
  const port = await startReceiver(t, { onError: (error) => errors.push(error) });
  for (const [name, bytes] of ODD) {
    const status = await statusOf(port, bytes);
    assert.ok(status >= 400 && status < 500, `${name}: ${status}`);
  }
  assert.deepEqual(errors, []);
  const good = JSON.stringify(logsOf('a'));
  const head = [LOGS, 'host: a', JSON_TYPE, `content-length: ${good.length}`];
  assert.equal(await statusOf(port, rawRequest(head, good)), 200);
});

test('odd requests to the health check are answered, and it goes on', async (t) => {
  const health = new HealthCheck({ address: ADDRESS, path: '/' });
  t.after(() => health.stop());
  const port = Number(new URL(await health.start()).port);
  health.setAvailable(true);
  for (const [name, bytes] of ODD) {
    const status = await statusOf(port, bytes);
    assert.ok(status >= 200 && status < 500, `${name}: ${status}`);
  }
  assert.equal(await statusOf(port, rawRequest(['GET / HTTP/1.1', 'host: a'])), 200);
});

test('when telling about an error fails too, the sender still gets its 500', async (t) => {
  const consume = { logs: () => Promise.reject(new TypeError('a bug')) };
  const onError = (): never => {
    throw new Error('no log');
  };
  const port = await startReceiver(t, { consume, onError });
  const body = JSON.stringify(logsOf('a'));
  const head = [LOGS, 'host: a', JSON_TYPE, `content-length: ${body.length}`];
  assert.equal(await statusOf(port, rawRequest(head, body)), 500);
});
