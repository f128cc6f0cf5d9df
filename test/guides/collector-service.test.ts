// docs/collector-service.md: its blocks are run, or checked by whoever reads them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { type Collector, startCollector } from '../../src/collector/index.ts';
import { eventually, logsOf, namesInFile, protobufOf } from '../collector/samples.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { readPage, withOwn } from './read-guide.ts';

const page = readPage('collector-service.md');
const TOKEN = 'a-token';

/** A collector with the configuration of the page, on ports of its own. */
async function start(t: TestContext, endpoint: string) {
  const directory = tempDir(t);
  writeFileSync(path.join(directory, 'token'), TOKEN);
  const yaml = withOwn(page.block('yaml collector.yaml'), {
    '"0.0.0.0:4317"': '"localhost:0"',
    '"0.0.0.0:4318"': '"localhost:0"',
    '"0.0.0.0:13133"': '"localhost:0"',
    'host: 0.0.0.0, port: 8888': 'host: localhost, port: 0',
  });
  const variables = { STATE_DIRECTORY: directory, CREDENTIALS_DIRECTORY: directory, OTLP_ENDPOINT: endpoint };
  const file = path.join(directory, 'collector.yaml');
  writeFileSync(file, yaml);
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  const collector = await startCollector({ config: file, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { collector, directory };
}

async function send({ endpoint }: Collector, token: string): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf', authorization: `Bearer ${token}` };
  const body = Buffer.from(protobufOf(logsOf('an event')));
  return (await fetch(`${endpoint}/v1/logs`, { method: 'POST', headers, body })).status;
}

test('the configuration takes what shows the token, to the file and to the destination', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const { collector, directory } = await start(t, sink.url);
  assert.equal(await send(collector, 'another'), 401);
  assert.equal(await send(collector, TOKEN), 200);
  assert.deepEqual(namesInFile(path.join(directory, 'telemetry.jsonl')), ['an event']);
  await eventually(() => sink.requests.length === 1);
});

/** The instructions of a Dockerfile, in order; lines that go on are joined. */
function instructionsOf(text: string): [string, string][] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
}

test('the image runs what the package has, as a user without rights, and its health check tells well from ill', async (t) => {
  const instructions = instructionsOf(page.block('dockerfile Dockerfile'));
  const last = new Map(instructions);
  assert.deepEqual([...new Set(instructions.map(([name]) => name))].toSorted(), [
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'RUN',
    'USER',
    'VOLUME',
    'WORKDIR',
  ]);
  assert.equal(last.get('USER'), 'node');
  const manifest = path.join(import.meta.dirname, '..', '..', 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
  const entry = JSON.parse(last.get('ENTRYPOINT') ?? '') as string[];
  assert.deepEqual(entry, [
    'node',
    path.posix.join('node_modules/otel-events', bin['otel-events'] ?? ''),
    'collect',
  ]);
  assert.deepEqual(JSON.parse(last.get('CMD') ?? ''), ['--config', 'collector.yaml']);

  const { collector } = await start(t, 'http://127.0.0.1:9');
  const check = JSON.parse(/CMD (\[.*\])$/.exec(last.get('HEALTHCHECK') ?? '')?.[1] ?? '[]') as string[];
  const own = { 'http://127.0.0.1:13133/': collector.endpoints.health_check ?? '' };
  const run = () => {
    const args = check.slice(1).map((arg) => (arg.includes('fetch') ? withOwn(arg, own) : arg));
    return new Promise((resolve) => spawn(process.execPath, args).once('close', resolve));
  };
  assert.equal(await run(), 0);
  await collector.stop();
  assert.equal(await run(), 1);
});

test('the manifests fit together, and the probes find a collector that is ready', async (t) => {
  const documents = parseAllDocuments(page.block('yaml kubernetes.yaml')).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ['PersistentVolumeClaim', 'Service', 'Deployment'],
  );
  const [claim, service, deployment] = documents;
  const { template, selector } = deployment.spec;
  assert.deepEqual(template.metadata.labels, selector.matchLabels);
  assert.deepEqual(service.spec.selector, selector.matchLabels);
  const [container] = template.spec.containers;
  const volumes = new Map(template.spec.volumes.map((volume: { name: string }) => [volume.name, volume]));
  assert.deepEqual(
    container.volumeMounts.map(({ name }: { name: string }) => name),
    [...volumes.keys()],
  );
  assert.equal(template.spec.volumes[2].persistentVolumeClaim.claimName, claim.metadata.name);
  const ports = new Map(
    container.ports.map((port: { name: string; containerPort: number }) => [port.name, port.containerPort]),
  );
  for (const { name, port } of service.spec.ports) assert.equal(ports.get(name), port);
  const { health_check: health } = parse(page.block('yaml collector.yaml')).extensions;
  assert.equal(health.endpoint, `0.0.0.0:${ports.get('health')}`);

  const { collector } = await start(t, 'http://127.0.0.1:9');
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    const { path: place, port } = container[probe].httpGet;
    assert.equal(port, 'health');
    assert.equal(place, probe === 'readinessProbe' ? '/ready' : '/live');
    assert.equal((await fetch(new URL(place, collector.endpoints.health_check))).status, 200);
  }
});

test('what is to be alarmed on is among the metrics that the configuration shows', async (t) => {
  const { telemetry } = parse(page.block('yaml collector.yaml')).service;
  const { port } = telemetry.metrics.readers[0].pull.exporter.prometheus;
  assert.ok(page.block('yaml kubernetes.yaml').includes(`{ name: metrics, containerPort: ${port} }`));
  assert.ok(page.text.includes(`\`GET :${port}/metrics\``));

  // A destination that is reached and refuses: one record is lost.
  const sink = await httpSink((_, response) => response.writeHead(400).end());
  t.after(() => sink.close());
  const { collector } = await start(t, sink.url);
  assert.equal(await send(collector, TOKEN), 200);
  const told = [...page.text.matchAll(/`(otel(?:col|_events)_\w+)`/g)].map(([, name = '']) => name);
  assert.equal(new Set(told).size, 3);
  await eventually(async () => {
    const scrape = await (await fetch(collector.endpoints['service.telemetry.metrics'] ?? '')).text();
    return told.every((name) => new RegExp(`^${name}\\{.*exporter="otlp_http"`, 'm').test(scrape));
  });
});
