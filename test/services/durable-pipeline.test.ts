// An app logs through its spool into a collector that is killed meanwhile: the file holds every event.
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { EventLogger } from '../../src/index.ts';
import { plainAttributes } from '../harness/otlp-json.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { type Audit, audit } from './audit.ts';
import type { Written } from './collector-file.ts';
import { type Engine, engines } from './engines.ts';
import { requireService } from './require-service.ts';
import { startDurableApp } from './start-durable-app.ts';
import { startForgetfulProxy } from './start-forgetful-proxy.ts';

const EVENTS = 200_000;
/** Spread over what is acknowledged: the first when a third is, the second when two thirds are. */
const KILLS = Number(process.env.COLLECTOR_KILLS ?? 2);
/** A kill comes up to so long after that: between two batches, or anywhere within one. */
const KILL_WITHIN_MS = 50;
const DOWN_MS = 1000;

for (const engine of engines) {
  const short = `${engine.name}, killed ${KILLS} times`;
  test(`${short}: its rotated files hold each of ${EVENTS} spooled events`, async (t) => {
    if (!requireService(t, ...engine.needs)) return;
    const start = performance.now();
    const { endpoint, files, spool, kill, restart } = await startEngine(t, engine);
    const app = startDurableApp(t, { endpoint, spool, events: EVENTS });
    const kills: string[] = [];
    for (let count = 1; count <= KILLS; count++) {
      await app.acked((EVENTS * count) / (KILLS + 1));
      await sleep(Math.random() * KILL_WITHIN_MS);
      await kill();
      const { logged, acked } = await app.acked(0);
      kills.push(`${acked} acknowledged of ${logged}`);
      await sleep(DOWN_MS);
      await restart();
    }
    const { totals, stats, errors } = await app.end();

    const scopes = stats.spans.emitted;
    const events = await auditNumbers(files);
    const spans = await audit(
      files,
      'traces',
      ({ spanId }) => spanId,
      () => {},
    );
    const settled = { pending: 0, sampled: 0, handedOver: 0, rejected: {}, dropped: {} };
    assert.deepEqual(totals, {
      acked: EVENTS + scopes,
      pending: 0,
      rejected: 0,
      dropped: 0,
    });
    assert.deepEqual(stats.events.number, { emitted: EVENTS, acked: EVENTS, ...settled });
    assert.deepEqual(stats.spans, { emitted: scopes, acked: scopes, ...settled });
    assert.deepEqual(new Set(errors), new Set(['EXPORT_FAILED']));
    assert.equal(events.records, EVENTS + scopes);
    assert.equal(spans.records, scopes);
    for (const { repeated, torn } of [events, spans]) {
      // Of each signal one batch is in flight; a kill tears it, or leaves it whole and not answered, or neither.
      assert.ok(repeated + torn <= KILLS, `${repeated} batches are there twice, ${torn} are torn`);
      if (engine.repairs) assert.equal(torn, 0);
    }
    assert.ok(events.files > 3, `${events.files} files`);
    t.diagnostic(`killed at ${kills.join(' and ')}; ${figures(events)}; of the spans: ${figures(spans)}`);
    t.diagnostic(`${Math.round(performance.now() - start)} ms`);
  });

  test(`${engine.name}, killed before it answers: that batch is there twice, under the same ids`, async (t) => {
    if (!requireService(t, ...engine.needs)) return;
    const { endpoint, files, spool, kill, restart } = await startEngine(t, engine);
    const proxy = await startForgetfulProxy(t, endpoint);
    const events = new EventLogger({
      endpoint: proxy.endpoint,
      spool,
      flushBatchSize: 500,
      logLevel: 'none',
    });
    for (let n = 0; n < 2000; n++) events.log('number', { n, text: '', sum: crc32(`${n} `) });
    await proxy.forgotten;
    await kill();
    // A crash in the middle of a write, which does not come at will, leaves this.
    await appendFile(path.join(files, 'events.jsonl'), '{"resourceLogs":[{"resource":{"attributes":[{"ke');
    await restart();
    proxy.resume();
    const totals = await events.close();

    const { records, repeated, duplicates, torn } = await auditNumbers(files);
    assert.deepEqual(totals, { acked: 2000, pending: 0, rejected: 0, dropped: 0 });
    assert.deepEqual({ records, repeated, duplicates }, { records: 2000, repeated: 1, duplicates: 500 });
    assert.equal(torn, engine.repairs ? 0 : 1);
  });
}

/** An engine on `collector/embedded.yaml` with small files, which can be killed and come back. */
async function startEngine(t: TestContext, engine: Engine) {
  const dir = tempDir(t);
  const files = path.join(dir, 'collector');
  await mkdir(files);
  const config = await smallFiles(dir);
  let collector = await engine.start({ config, dir: files });
  t.after(() => collector.stop());
  return {
    endpoint: collector.endpoint,
    files,
    spool: path.join(dir, 'spool'),
    kill: () => collector.kill(),
    restart: async () => {
      collector = await engine.start({ config, dir: files, ports: collector.ports });
    },
  };
}

/** The configuration as it is shipped, but for the size at which a file is rotated. */
async function smallFiles(dir: string): Promise<string> {
  const text = await readFile(path.join(import.meta.dirname, '../../collector/embedded.yaml'), 'utf8');
  const small = text.replaceAll('max_megabytes: 100', 'max_megabytes: 16');
  assert.notEqual(small, text);
  const file = path.join(dir, 'collector.yaml');
  await writeFile(file, small);
  return file;
}

/** Also checks that the numbered events are undamaged, all there and, but for repetitions, in order. */
async function auditNumbers(dir: string): Promise<Audit> {
  let next = 0;
  return audit(dir, 'logs', uidOf, ({ eventName, attributes }) => {
    if (eventName !== 'number') return;
    const { n, text, sum } = plainAttributes(attributes);
    if (n !== next || sum !== crc32(`${n} ${text}`))
      assert.fail(`event ${n} is where ${next} belongs, or damaged`);
    next++;
  });
}

function uidOf({ attributes = [] }: Written): string | undefined {
  return attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue;
}

function figures({ records, requests, repeated, duplicates, torn, files, largest, longest }: Audit): string {
  const sizes = `at most ${largest} records and ${longest} bytes`;
  return `${records} records in ${requests} requests (${sizes}), ${duplicates} of them again in ${repeated} requests, ${torn} torn, ${files} files`;
}
