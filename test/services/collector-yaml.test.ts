import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { validateOtelcol } from './start-otelcol.ts';

const collectorDir = path.join(import.meta.dirname, '../../collector');
const configs = readdirSync(collectorDir)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => path.join(collectorDir, name));

/** Those that go over another one. */
const OVER: Readonly<Record<string, string>> = { 'gateway.yaml': 'collector.yaml' };

function withItsBase(config: string): string[] {
  const base = OVER[path.basename(config)];
  return base === undefined ? [config] : [path.join(collectorDir, base), config];
}

test('there are collector configurations to check', () => {
  assert.deepEqual(
    ['agent.yaml', 'collector.yaml', 'embedded.yaml', 'gateway.yaml'].filter(
      (name) => !configs.includes(path.join(collectorDir, name)),
    ),
    [],
  );
});

test('every YAML directly in collector/ is valid for the real collector, with and without a forward', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  for (const config of configs) {
    for (const env of [{}, { OTEL_EVENTS_FORWARD: 'otlp_http/forward' }]) {
      assert.equal(await validateOtelcol({ configs: withItsBase(config), env, dir }), undefined, config);
    }
  }
});

test('no error backoff of a Kafka receiver goes without the two keys whose default is no pause at all', () => {
  const { receivers } = parse(readFileSync(path.join(collectorDir, 'gateway.yaml'), 'utf8'), {
    merge: true,
  }) as {
    receivers: Record<string, { error_backoff?: { multiplier?: number; randomization_factor?: number } }>;
  };
  const backoffs = Object.entries(receivers).filter(([id]) => id.startsWith('kafka/'));
  assert.equal(backoffs.length, 4);
  for (const [id, { error_backoff }] of backoffs) {
    assert.ok((error_backoff?.multiplier ?? 0) > 1, id);
    assert.ok((error_backoff?.randomization_factor ?? 0) > 0, id);
  }
});

test('what goes over agent and gateway for TLS is valid', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  for (const name of ['agent.yaml', 'gateway.yaml']) {
    const configs = [...withItsBase(path.join(collectorDir, name)), path.join(collectorDir, 'secure', name)];
    // Files are not looked for until it starts.
    const file = path.join(dir, 'file');
    const names = ['CA', 'CERT', 'KEY', 'TOKENS', 'KAFKA_USER', 'KAFKA_PASSWORD', 'TENANT'];
    const store = ['VICTORIALOGS_USER', 'VICTORIALOGS_PASSWORD'];
    const env = Object.fromEntries([...names, ...store].map((each) => [`OTEL_EVENTS_${each}`, file]));
    assert.equal(await validateOtelcol({ configs, env, dir }), undefined, name);
  }
});

test('a configuration that the real collector cannot run is told apart', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const complaint = await validateOtelcol({ yaml: 'receivers: { nowhere: {} }', dir: tempDir(t) });
  assert.match(complaint ?? '', /unknown type: "nowhere"/);
});

test('every file exporter rotates and none appends, so that no answered request is held back in memory', () => {
  const wrong = configs.flatMap((config) => {
    const { exporters = {} } = parse(readFileSync(config, 'utf8')) as {
      exporters?: Record<string, { rotation?: object; append?: boolean } | null>;
    };
    return Object.entries(exporters)
      .filter(([id]) => id.split('/')[0] === 'file')
      .filter(([, exporter]) => exporter?.rotation === undefined || exporter.append !== undefined)
      .map(([id]) => `${path.basename(config)}: ${id}`);
  });
  assert.deepEqual(wrong, []);
});
