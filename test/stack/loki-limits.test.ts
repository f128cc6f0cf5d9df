// What Loki would refuse reaches it in another shape, is counted, and stands in the files as it was.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '../harness/temp-dir.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import { requireLoki } from '../services/loki.ts';
import { postJson } from '../services/otlp-request.ts';
import { requireService } from '../services/require-service.ts';
import { type Loki, startLoki } from '../services/start-loki.ts';
import { startOtelcol } from '../services/start-otelcol.ts';
import { COLLECTOR_FOR, type Stack } from '../services/start-stack.ts';
import { getJson } from './ask.ts';
import { lokiEvents } from './loki-events.ts';
import { LONG_KEY, OVERSIZE, STRANGE, sendOversize } from './send-oversize.ts';

const SERVICE = 'too-much';

type LokiStack = Pick<Stack, 'otelcol' | 'files'> & { readonly loki: Loki };

test('Loki’s limits', async (t) => {
  if (!requireLoki(t) || !requireService(t, 'otelcol')) return;
  const dir = tempDir(t);
  await using running = new AsyncDisposableStack();
  const loki = running.adopt(await startLoki({ dir: path.join(dir, 'loki') }), (server) => server.stop());
  const files = path.join(dir, 'collector');
  const { configs, env } = COLLECTOR_FOR.loki;
  const started = await startOtelcol({ configs, env: env(loki), dir: files });
  const stack = { files, loki, otelcol: running.adopt(started, (server) => server.stop()) };

  await t.test('an event over one of them is in Loki, shortened and marked, and whole in the file', () =>
    checkCut(stack),
  );
  await t.test('what was changed is counted by reason, and Loki has refused nothing', () =>
    checkCounts(stack),
  );
  await t.test('a process with a random id makes no stream of its own', () => checkStreams(stack));
  await t.test('a resource with many attributes is shortened for it', () => checkResource(stack));
  await t.test('a request that comes twice is there once', () => checkRepeat(stack));
  await t.test('what it refuses all the same costs no other event, and is seen in two metrics', () =>
    checkRefusal(stack),
  );
});

async function checkCut({ otelcol, loki, files }: LokiStack): Promise<void> {
  await sendOversize(otelcol.endpoint, SERVICE);
  const wanted = [...Object.keys(OVERSIZE), ...STRANGE].sort();
  const found = await lokiEvents(loki, SERVICE, wanted.length);
  assert.deepEqual(found.map(({ event_name }) => event_name).sort(), wanted);
  const cut = Object.fromEntries(found.map(({ event_name, loki_cut }) => [event_name, loki_cut]));
  assert.deepEqual(cut, { ...OVERSIZE, ...Object.fromEntries(STRANGE.map((name) => [name, undefined])) });
  for (const { event_name, user_id, log_record_uid } of found) {
    assert.equal(user_id, 'kept', event_name);
    assert.match(String(log_record_uid), /^[0-9a-f-]{36}$/);
  }
  const large = found.find(({ event_name }) => event_name === 'too.large') ?? {};
  assert.deepEqual([large.small, large.text?.length, large[LONG_KEY]], ['kept', 400, undefined]);
  const late = found.find(({ event_name }) => event_name === 'too.late');
  const ageDays = (Date.now() - Date.parse(String(late?.event_time))) / 86_400_000;
  assert.ok(ageDays > 29.9 && ageDays < 30.1, String(late?.event_time));

  const inFile: Record<string, number> = {};
  await readCollectorFile(files, 'logs', (records) => {
    for (const record of records) {
      const text = JSON.stringify(record);
      inFile[record.eventName ?? ''] = text.length;
      assert.ok(!text.includes('loki_cut'));
    }
  });
  assert.deepEqual(Object.keys(inFile).sort(), wanted);
  assert.ok((inFile['too.large'] ?? 0) > 1024 * 1024);
}

async function checkCounts({ otelcol, loki }: LokiStack): Promise<void> {
  const metrics = await (await fetch(`http://127.0.0.1:${otelcol.ports.appMetrics}/metrics`)).text();
  const counted = Object.fromEntries(
    [...metrics.matchAll(/^otel_events_loki_cut_total\{.*?loki_cut="(\w+)".*?\} (\d+)/gm)].map(
      ([, reason = '', count]) => [reason, Number(count)],
    ),
  );
  assert.deepEqual(counted, { entries: 2, line: 1, size: 2, time: 2 });
  assert.deepEqual(await discarded(loki.url), []);
}

async function checkStreams({ otelcol, loki }: LokiStack): Promise<void> {
  await sendOversize(otelcol.endpoint, SERVICE);
  await lokiEvents(loki, SERVICE, 18);
  const url = new URL(`${loki.url}/loki/api/v1/series`);
  url.searchParams.set('match[]', `{service_name="${SERVICE}"}`);
  const { data } = (await getJson(url)) as { data: Record<string, string>[] };
  assert.deepEqual(data, [{ service_name: SERVICE }]);
}

async function checkResource({ otelcol, loki }: LokiStack): Promise<void> {
  const strange = { key: '日本', value: { intValue: 1 } };
  const body = {
    resourceLogs: [
      // Loki would refuse the whole batch for the first key.
      {
        resource: { attributes: [strange, serviceName('resource'), ...numbered(200)] },
        ...oneRecord('big.resource'),
      },
    ],
  };
  assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, body), 200);
  const [event = {}] = await lokiEvents(loki, 'resource', 1);
  assert.equal(event.loki_cut, 'resource');
  assert.equal(Object.keys(event).filter((key) => /^n\d+$/.test(key)).length, 38);
}

async function checkRepeat({ otelcol, loki }: LokiStack): Promise<void> {
  const resource = { attributes: [serviceName('repeated')] };
  const body = { resourceLogs: [{ resource, ...oneRecord('twice') }] };
  for (let times = 0; times < 2; times++) {
    assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, body), 200);
  }
  assert.equal(
    await postJson(`${otelcol.endpoint}/v1/logs`, { resourceLogs: [{ resource, ...oneRecord('after') }] }),
    200,
  );
  const names = (await lokiEvents(loki, 'repeated', 2)).map(({ event_name }) => event_name);
  assert.deepEqual(names.sort(), ['after', 'twice']);
}

async function checkRefusal({ otelcol, loki }: LokiStack): Promise<void> {
  // 200 attributes of the scope are on every event, and nothing shortens a scope.
  const resource = { attributes: [serviceName('refused')] };
  const body = {
    resourceLogs: [
      { resource, ...oneRecord('good.before') },
      { resource, ...oneRecord('too.much', { attributes: numbered(200) }) },
      { resource, ...oneRecord('good.after') },
    ],
  };
  assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, body), 200);
  const found = await lokiEvents(loki, 'refused', 2);
  assert.deepEqual(found.map(({ event_name }) => event_name).sort(), ['good.after', 'good.before']);
  assert.deepEqual(await discarded(loki.url), ['structured_metadata_too_many 1']);
  const failed = /^otelcol_exporter_send_failed_log_records\{.*exporter="otlp_http\/loki".*\} ([1-9]\d*)/m;
  let text = '';
  for (let tries = 0; !failed.test(text) && tries < 50; tries++, await sleep(100)) {
    text = await (await fetch(`http://127.0.0.1:${otelcol.ports.metrics}/metrics`)).text();
  }
  assert.match(text, failed);
}

const serviceName = (stringValue: string) => ({ key: 'service.name', value: { stringValue } });

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `n${index}`, value: { intValue: index } }));

const oneRecord = (eventName: string, scope: object = {}) => ({
  scopeLogs: [{ scope, logRecords: [{ timeUnixNano: `${Date.now()}000000`, eventName }] }],
});

/** What Loki has refused, by its own count. */
async function discarded(url: string): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^loki_discarded_samples_total\{.*reason="(\w+)".*\} (\d+)/gm)].map(
    ([, reason, count]) => `${reason} ${count}`,
  );
}
