// The road with TLS on every hop: who shows a wrong certificate, token or password is refused, and what the agent masks is on
// no disk of Kafka's.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from '../services/require-service.ts';
import { type OtelcolOptions, startOtelcol } from '../services/start-otelcol.ts';
import { spansInJaeger } from '../stack/spans-in-jaeger.ts';
import { type Certificate, makeAuthority } from './certificates.ts';
import { noHosts } from './no-hosts.ts';
import { settle } from './settle.ts';
import { agentOptions, LOGS_TOPIC, type Road, type RoadSecurity, startRoad } from './start-road.ts';
import { startRoadApp } from './start-road-app.ts';
import { eventsInFiles } from './what-arrived.ts';

const TOKEN = 'token-of-the-shop';
const STORE = { user: 'gateway', password: 'of-the-gateway' };
const MARK = 'not-a-secret-at-all';
/** What the agent masks: the value of a name, and values wherever they stand. */
const SECRETS = {
  name: 'hunter2-in-a-field',
  value: 'hunter2.of.a.bearer',
  map: 'hunter2.of.another',
} as const;
/** So that what is on its disk can be looked through. */
const UNPACKED = 'exporters: { kafka: { producer: { compression: none } } }';
const EVENTS = 2000;
const SETTLE_MS = 300_000;
const HERE = { within: [], address: '127.0.0.1' };

test('TLS on every hop: events arrive with their tenant, and nobody gets in with something wrong', async (t) => {
  if (!requireService(t, 'otelcol', 'kafka', 'victorialogs', 'jaeger')) return;
  const dir = tempDir(t);
  const authority = makeAuthority(path.join(dir, 'ours'));
  const stranger = makeAuthority(path.join(dir, 'theirs')).issue('app');
  const app = authority.issue('app');
  const security = makeSecurity(dir, authority.ca, (name) => authority.issue(name));
  using hosts = noHosts(1);
  await using road = await startRoad({ dir, hosts, brokers: 1, gateways: 1, security, agentYaml: UNPACKED });
  const url = `${road.endpoint(0)}/v1/logs`;
  const ask = (token: string, of: Certificate | undefined): Promise<number | string> =>
    post(url, authority.ca, token, of);

  // Of the app at the agent.
  assert.equal(await ask(TOKEN, app), 200);
  assert.equal(await ask('another', app), 401);
  assert.match(`${await ask(TOKEN, stranger)}`, /alert|ECONNRESET|EPIPE/);
  assert.match(`${await ask(TOKEN, undefined)}`, /alert|ECONNRESET|EPIPE/);
  // Of the agent at Kafka.
  const strange = `exporters: { kafka: { tls: { cert_file: ${stranger.cert}, key_file: ${stranger.key} } } }`;
  const wrong = [
    { security: { ...security, agent: { ...security.agent, OTEL_EVENTS_KAFKA_PASSWORD: 'another' } } },
    { security, agentYaml: strange },
  ];
  for (const [at, each] of wrong.entries()) {
    const options = await agentOptions(path.join(dir, `wrong${at}`), HERE, road.kafka.bootstrap, each);
    await isRefused(options, road, (url) => post(url, authority.ca, TOKEN, app));
  }

  const emitted = await logEvents(t, dir, road, authority.ca, app);
  await settle(road, SETTLE_MS);
  const { all } = await eventsInFiles(road.files);
  assert.equal(all.events, emitted.events + 1, 'and the one that was posted');
  const rows = await storeRows(road, '* | stats by (tenant.id) count_uniq("log.record.uid") events');
  assert.deepEqual(rows, [{ 'tenant.id': 'shops', events: `${emitted.events}` }]);
  const spans = await spansInJaeger(road.jaeger.server, 'road', emitted.spans);
  assert.equal(spans.size, emitted.spans);
  assert.equal((await fetch(`${road.store.server.url}/select/logsql/query?query=*`)).status, 401);

  const onDisk = topicBytes(road);
  assert.ok(onDisk.includes(MARK), 'Kafka did not pack it, so that it can be looked through');
  for (const secret of Object.values(SECRETS)) assert.ok(!onDisk.includes(secret), secret);
});

function makeSecurity(dir: string, ca: string, issue: (name: string) => Certificate): RoadSecurity {
  const [broker, agent, gateway, store, jaeger] = [
    issue('broker'),
    issue('agent'),
    issue('gateway'),
    issue('victorialogs'),
    issue('jaeger'),
  ];
  const tokens = path.join(dir, 'tokens');
  writeFileSync(tokens, `${TOKEN}\n`);
  const users = { broker: 'of-the-brokers', agent: 'of-the-agents', gateway: 'of-the-gateways' };
  const shown = (name: 'agent' | 'gateway', { cert, key }: Certificate): Record<string, string> => ({
    OTEL_EVENTS_CA: ca,
    OTEL_EVENTS_CERT: cert,
    OTEL_EVENTS_KEY: key,
    OTEL_EVENTS_KAFKA_USER: name,
    OTEL_EVENTS_KAFKA_PASSWORD: users[name],
  });
  return {
    kafka: { ca, keystore: broker.keystore, users },
    agent: { ...shown('agent', agent), OTEL_EVENTS_TOKENS: tokens, OTEL_EVENTS_TENANT: 'shops' },
    gateway: {
      ...shown('gateway', gateway),
      OTEL_EVENTS_VICTORIALOGS_USER: STORE.user,
      OTEL_EVENTS_VICTORIALOGS_PASSWORD: STORE.password,
    },
    storeFlags: (port) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      '-tls=false',
      '-tls=true',
      `-tlsCertFile=${store.cert}`,
      `-tlsKeyFile=${store.key}`,
      `-httpAuth.username=${STORE.user}`,
      `-httpAuth.password=${STORE.password}`,
    ],
    jaegerYaml: `receivers: { otlp: { protocols: { http: { tls: { cert_file: ${jaeger.cert}, key_file: ${jaeger.key}, client_ca_file: ${ca} } } } } }`,
  };
}

/** An agent of whom Kafka wants to know nothing: what it takes stays with it, and it says why. */
async function isRefused(
  options: OtelcolOptions,
  road: Road,
  send: (url: string) => Promise<number | string>,
): Promise<void> {
  const end = (): Promise<string> => road.kafka.tool('GetOffsetShell', '--topic', LOGS_TOPIC);
  const before = await end();
  const agent = await startOtelcol(options);
  try {
    assert.equal(await send(`https://127.0.0.1:${agent.ports.http}/v1/logs`), 200);
    const why =
      /SASL_AUTHENTICATION_FAILED|SASL Authentication failed|bad certificate|certificate (required|unknown)|unknown certificate/i;
    for (const deadlineMs = Date.now() + 60_000; !why.test(agent.log()); await sleep(200)) {
      if (Date.now() > deadlineMs) assert.fail(`not refused: ${agent.log().slice(-2000)}`);
    }
    assert.equal(await end(), before);
  } finally {
    await agent.kill();
  }
}

/** An app as it is, told by the environment what to show. */
async function logEvents(
  t: TestContext,
  dir: string,
  road: Road,
  ca: string,
  { cert, key }: Certificate,
): Promise<{ events: number; spans: number }> {
  const [host] = noHosts(1).hosts;
  if (host === undefined) throw new Error('one was asked for');
  const env = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: cert,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: key,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TOKEN}`,
  };
  const app = startRoadApp({
    host,
    endpoint: road.endpoint(0),
    spool: path.join(dir, 'spool'),
    number: 0,
    env,
  });
  t.after(() => app[Symbol.dispose]());
  await app.log('secure', EVENTS);
  const { total, spans } = await app.end(SETTLE_MS);
  assert.equal(total.acked, total.emitted);
  return { events: total.emitted, spans: spans.emitted };
}

/** One event with secrets in it. @returns the status, or what is said against the connection */
async function post(
  url: string,
  ca: string,
  token: string,
  of: Certificate | undefined,
): Promise<number | string> {
  const attributes = Object.entries({
    password: { stringValue: SECRETS.name },
    note: { stringValue: `it said: Bearer ${SECRETS.value}` },
    map: { kvlistValue: { values: [{ key: 'header', value: { stringValue: `Bearer ${SECRETS.map}` } }] } },
    mark: { stringValue: MARK },
  }).map(([key, value]) => ({ key, value }));
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: 'secret', attributes }] }] }] };
  const call = request(url, {
    method: 'POST',
    ca: readFileSync(ca),
    ...(of === undefined ? {} : { cert: readFileSync(of.cert), key: readFileSync(of.key) }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    agent: false,
  });
  call.end(JSON.stringify(body));
  try {
    const [response] = await once(call, 'response');
    response.resume();
    return response.statusCode;
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code} ${error}`;
  }
}

async function storeRows({ store }: Road, query: string): Promise<unknown[]> {
  const login = Buffer.from(`${STORE.user}:${STORE.password}`).toString('base64');
  const response = await fetch(`${store.server.url}/select/logsql/query`, {
    method: 'POST',
    headers: { authorization: `Basic ${login}` },
    body: new URLSearchParams({ query: `{service_name="road"} ${query}` }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** All that the broker has on disk of the events. */
function topicBytes({ kafka: { brokers } }: Road): string {
  return brokers
    .flatMap(({ logDir }) =>
      readdirSync(logDir)
        .filter((name) => name.startsWith(LOGS_TOPIC))
        .flatMap((topic) =>
          readdirSync(path.join(logDir, topic)).map((name) => path.join(logDir, topic, name)),
        ),
    )
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
}
