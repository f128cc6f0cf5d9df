// What the containers of deploy/kubernetes are given, run without Kubernetes: an agent, Kafka, and both gateways.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EventLogger } from '../../src/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import { requireService } from '../services/require-service.ts';
import { startKafka } from '../services/start-kafka.ts';
import { startOtelcol } from '../services/start-otelcol.ts';
import { startVictorialogs } from '../services/start-victorialogs.ts';
import { containerConfig } from './container-config.ts';
import { builtBy } from './kubernetes-objects.ts';

const EVENTS = 100;

test('events go from the agent to files by the one gateway and to VictoriaLogs by the other', async (t) => {
  if (!requireService(t, 'kustomize', 'otelcol', 'kafka', 'victorialogs')) return;
  const directory = tempDir(t);
  const objects = builtBy('overlays/example');
  const kafka = await startKafka({ dir: path.join(directory, 'kafka') });
  t.after(() => kafka.stop());
  for (const topic of ['otel-events-logs', 'otel-events-spans']) await kafka.createTopic(topic, 2);
  const store = await startVictorialogs({ dir: path.join(directory, 'victorialogs') });
  t.after(() => store.kill());
  const start = async (name: string) => {
    const { configs, env, dir } = containerConfig(objects, name, directory);
    const places = {
      OTEL_EVENTS_KAFKA: kafka.bootstrap,
      OTEL_EVENTS_VICTORIALOGS: store.url,
      OTEL_EVENTS_JAEGER_ENDPOINT: 'http://127.0.0.1:9',
    };
    const collector = await startOtelcol({ configs, dir, env: { ...env, ...places } });
    t.after(() => collector.kill());
    return { ...collector, dir };
  };
  const [agent, files, stores] = await Promise.all(
    ['otel-events-agent', 'otel-events-files', 'otel-events-stores'].map(start),
  );
  assert.ok(agent !== undefined && files !== undefined && stores !== undefined);

  const events = new EventLogger({ app: { name: 'shop' }, endpoint: agent.endpoint });
  for (let n = 0; n < EVENTS; n++) events.log('order.placed', { n });
  await events.close();

  await until(
    async () => (await countInFile(files.dir)) >= EVENTS && (await countInStore(store.url)) >= EVENTS,
  );
  assert.equal(await countInFile(files.dir), EVENTS);
  assert.equal(await countInStore(store.url), EVENTS);
  assert.equal(await countInFile(stores.dir), 0, 'the stores’ gateway writes no files');
  const groups = await kafka.tool('consumer.group.ConsumerGroupCommand', '--list');
  assert.deepEqual(
    groups
      .split('\n')
      .filter((line) => line.startsWith('otel-events-'))
      .toSorted(),
    ['otel-events-files', 'otel-events-jaeger', 'otel-events-span-files', 'otel-events-victorialogs'],
  );
});

async function countInFile(dir: string): Promise<number> {
  // There is none before the first event.
  if (!existsSync(path.join(dir, 'events.jsonl'))) return 0;
  let count = 0;
  await readCollectorFile(dir, 'logs', (records) => {
    count += records.length;
  });
  return count;
}

async function countInStore(url: string): Promise<number> {
  const query = new URLSearchParams({ query: '* | stats count_uniq(log.record.uid) as n' });
  const text = await (await fetch(`${url}/select/logsql/query?${query}`)).text();
  return Number((JSON.parse(text || '{"n":0}') as { n: string }).n);
}

/** The first message on a topic takes as long as metadata are kept. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error('not everything arrived');
    await delay(200);
  }
}
