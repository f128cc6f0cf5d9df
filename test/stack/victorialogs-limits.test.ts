// What VictoriaLogs would drop, hide or die of reaches it in another shape, is counted, and stands in the files as it
// was. What it does without that is shown too: when these tests fail, the transforms may go.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger } from '../../src/index.ts';
import { eventually } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import { postJson } from '../services/otlp-request.ts';
import { requireService } from '../services/require-service.ts';
import { type Otelcol, startOtelcol } from '../services/start-otelcol.ts';
import { startVictorialogs, type Victorialogs } from '../services/start-victorialogs.ts';
import {
  EVENT_NAME,
  HOSTILE,
  type HostileRecord,
  hostileRequest,
  SERVICE,
  SPAN_ID,
  TAKEN,
  TRACE_ID,
} from './hostile-records.ts';
import { dropped, queryUntil, type StoredEvent } from './victorialogs-events.ts';

const collectorYaml = path.join(import.meta.dirname, '../../collector/collector.yaml');
const WITHOUT = 'service: { pipelines: { logs/store: { processors: [memory_limiter] } } }';

interface Pipeline extends AsyncDisposable {
  readonly store: Victorialogs;
  readonly otelcol: Otelcol;
  readonly files: string;
  send(record: HostileRecord): Promise<void>;
}

/** A collector with a store behind it. @param yaml - over collector.yaml */
async function startPipeline(dir: string, yaml?: string): Promise<Pipeline> {
  const running = new AsyncDisposableStack();
  const store = running.adopt(await startVictorialogs({ dir: path.join(dir, 'store') }), (one) => one.stop());
  const files = path.join(dir, 'collector');
  const env = { OTEL_EVENTS_VICTORIALOGS: store.url };
  const options = { configs: [collectorYaml], env, dir: files };
  const otelcol = running.adopt(
    await startOtelcol(yaml === undefined ? options : { ...options, yaml }),
    (one) => one.stop(),
  );
  return {
    store,
    otelcol,
    files,
    async send(record) {
      assert.equal(await postJson(`${otelcol.endpoint}/v1/logs`, hostileRequest(record)), 200, record.title);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const titled = (title: string): HostileRecord => HOSTILE.find((one) => one.title === title) as HostileRecord;

test('what VictoriaLogs does not take as it is', async (t) => {
  if (!requireService(t, 'otelcol', 'victorialogs')) return;
  await using pipeline = await startPipeline(tempDir(t));
  const { store, otelcol, files } = pipeline;
  for (const record of HOSTILE) await pipeline.send(record);
  const stored = await queryUntil(store, 'hostile.title:*', HOSTILE.length, 60_000);
  const byTitle = new Map(stored.map((event) => [event['hostile.title'] ?? '', event]));
  t.diagnostic(`${HOSTILE.length} hostile records, ${byTitle.size} of them stored`);

  for (const { title, cut } of HOSTILE) {
    await t.test(`${title}: it is there, and says what was cut`, () => {
      assert.equal(byTitle.get(title)?.victorialogs_cut, cut);
    });
  }
  await t.test('it has dropped nothing, and warned of nothing', async () => {
    assert.deepEqual(await dropped(store), []);
    assert.equal(stored.length, HOSTILE.length);
  });
  await t.test('data do not hide what an event is', () => checkNames(byTitle));
  await t.test('what is not too large keeps its shape, and most of what is', () => checkContents(byTitle));
  await t.test('what was cut is counted by reason', () => checkCounts(otelcol));
  await t.test('in the files everything is as it came', () => checkFiles(files));
  await t.test('a process with a random id makes no stream of its own', async () => {
    for (const id of ['one', 'two']) {
      const resource = [{ key: 'service.instance.id', value: { stringValue: id } }];
      await pipeline.send({ title: 'a process', resource });
    }
    const rows = await queryUntil(store, 'hostile.title:="a process"', 2);
    assert.deepEqual(new Set(rows.map(({ _stream }) => _stream)).size, 1);
  });
});

/** What the logger says of an event is enough: of all others the collector looks at nothing. */
const LOGGED: readonly [title: string, data: Readonly<Record<string, unknown>>, cut?: string][] = [
  ['nothing special', { a: 1, b: { c: [1, { d: 2 }] } }],
  ['a name of 128 bytes', { ['k'.repeat(128)]: 'just' }],
  ['a name of 129 bytes', { ['k'.repeat(129)]: 'too long' }, 'names'],
  ['a name of 43 characters of three bytes', { ['語'.repeat(43)]: 'too long' }, 'names'],
  ['a path of two names of 63 bytes', { ['a'.repeat(63)]: { ['b'.repeat(63)]: 'just' } }],
  ['a path of two names of 70 bytes', { ['a'.repeat(70)]: { ['b'.repeat(70)]: 'too long' } }, 'names'],
  ['a path of 40 levels', { in: JSON.parse(`${'{"level":'.repeat(40)}1${'}'.repeat(40)}`) }, 'names'],
  ['2,500 values in a map', { many: Object.fromEntries(numbers(2500).map((n) => [`n${n}`, n])) }, 'fields'],
  ['700 values in a map', { many: Object.fromEntries(numbers(700).map((n) => [`n${n}`, n])) }],
  ['a list of 30,000 numbers', { many: numbers(30_000) }],
  ['3 MB', { large: 'x'.repeat(3_000_000) }, 'size'],
  ['250 KB of signs that JSON escapes, in a list', { large: ['\u0001'.repeat(250_000)] }],
  ['400 KB of signs that JSON escapes, in a list', { large: ['\u0001'.repeat(400_000)] }, 'size'],
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test('what the logger sends is looked at where the logger says so, and nothing of it is dropped', async (t) => {
  if (!requireService(t, 'otelcol', 'victorialogs')) return;
  await using pipeline = await startPipeline(tempDir(t));
  const { endpoint } = pipeline.otelcol;
  const events = new EventLogger({ endpoint, app: { name: SERVICE }, delivery: 'durable', logLevel: 'none' });
  for (const [title, data] of LOGGED) events.log(EVENT_NAME, { 'hostile.title': title, ...data });
  assert.equal((await events.close()).acked, LOGGED.length);
  const stored = await queryUntil(pipeline.store, 'hostile.title:*', LOGGED.length, 60_000);
  assert.deepEqual(
    new Map(stored.map((event) => [event['hostile.title'], event.victorialogs_cut])),
    new Map(LOGGED.map(([title, , cut]) => [title, cut])),
  );
  assert.deepEqual(await dropped(pipeline.store), []);
});

test('without the transforms a name that is too long is answered with 200 and nowhere', async (t) => {
  if (!requireService(t, 'otelcol', 'victorialogs')) return;
  await using pipeline = await startPipeline(tempDir(t), WITHOUT);
  await pipeline.send(titled('a name of 129 bytes'));
  await pipeline.send(titled('nothing special'));
  const rows = await queryUntil(pipeline.store, '*', 1);
  assert.deepEqual(
    rows.map((row) => row['hostile.title']),
    ['nothing special'],
  );
  // It writes of what it drops, and counts that, when it comes to it.
  await eventually(async () => (await dropped(pipeline.store)).join().includes('log_rows'));
});

test('without the transforms the event_name of an event’s data ends it', async (t) => {
  if (!requireService(t, 'otelcol', 'victorialogs')) return;
  await using pipeline = await startPipeline(tempDir(t), WITHOUT);
  await pipeline.send(titled('data named event_name'));
  const isUp = (): Promise<boolean> =>
    fetch(`${pipeline.store.url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const deadlineMs = Date.now() + 20_000; (await isUp()) && Date.now() < deadlineMs; ) await sleep(100);
  assert.match(pipeline.store.log(), /cannot unmarshal StreamTags/);
});

function checkNames(byTitle: ReadonlyMap<string, StoredEvent>): void {
  const real = {
    event_name: EVENT_NAME,
    service_name: SERVICE,
    'service.name': SERVICE,
    trace_id: TRACE_ID,
    span_id: SPAN_ID,
    severity_number: '9',
    'scope.name': 'test',
    _msg: 'the line',
  };
  for (const key of TAKEN) {
    const event = byTitle.get(`data named ${key}`) ?? {};
    assert.equal(event[`data.${key}`], 'of the data', key);
    assert.deepEqual({ ...event, ...real }, event, key);
  }
  const inMap = byTitle.get('a map called service with a name') ?? {};
  assert.deepEqual([inMap['service.name'], inMap['data.service.name']], [SERVICE, 'of the data']);
  const body = byTitle.get('a body that is a map') ?? {};
  assert.deepEqual([body.event_name, body._msg], [EVENT_NAME, '{"event_name":"of the body","x":"y"}']);
  const resource = byTitle.get('a resource with event_name and trace_id') ?? {};
  assert.deepEqual([resource.event_name, resource.trace_id], [EVENT_NAME, TRACE_ID]);
  assert.equal(resource['resource.event_name'], 'of the resource');
  assert.equal(byTitle.get('a resource with service_name')?.service_name, SERVICE);
}

function checkContents(byTitle: ReadonlyMap<string, StoredEvent>): void {
  const list = byTitle.get('a list of 5,000 numbers') ?? {};
  assert.equal((JSON.parse(list.many ?? '') as unknown[]).length, 5000);
  const inList = byTitle.get('a long name in a list') ?? {};
  assert.equal(inList.b, `[{"${'k'.repeat(200)}":"in a list"}]`);
  assert.equal(byTitle.get('a path of 20 levels')?.[Array(20).fill('level').join('.')], 'deep');
  const large = byTitle.get('a value of 3 MB') ?? {};
  assert.deepEqual([large.large?.length, large.small], [1000, 'kept']);
  const many = Object.keys(byTitle.get('2,500 attributes') ?? {}).filter((key) => /^n\d+$/.test(key));
  assert.ok(many.length > 890 && many.length <= 900, String(many.length));
  const first = byTitle.get('of 1970') ?? {};
  assert.equal(first._time, '1970-01-01T00:00:00.000000001Z');
  const last = byTitle.get('of 2262') ?? {};
  assert.match(last.event_time ?? '', /^2262-01-01T00:00:00/);
}

async function checkCounts({ ports }: Otelcol): Promise<void> {
  const wanted: Record<string, number> = {};
  for (const { cut } of HOSTILE) if (cut !== undefined) wanted[cut] = (wanted[cut] ?? 0) + 1;
  const metrics = await (await fetch(`http://127.0.0.1:${ports.appMetrics}/metrics`)).text();
  const pattern = /^otel_events_victorialogs_cut_total\{.*?victorialogs_cut="(\w+)".*?\} (\d+)/gm;
  const counted: Record<string, number> = {};
  for (const [, reason = '', count] of metrics.matchAll(pattern)) {
    counted[reason] = (counted[reason] ?? 0) + Number(count);
  }
  assert.deepEqual(counted, wanted);
}

async function checkFiles(files: string): Promise<void> {
  const lengths = new Map<string, number>();
  await readCollectorFile(files, 'logs', (records) => {
    for (const record of records) {
      const text = JSON.stringify(record);
      const title = /"hostile\.title","value":\{"stringValue":("(?:[^"\\]|\\.)*")/.exec(text)?.[1] ?? '""';
      lengths.set(JSON.parse(title) as string, text.length);
      if (title !== '"data named victorialogs_cut"' && title !== '"every taken name at once"') {
        assert.ok(!text.includes('victorialogs_cut'), title);
      }
    }
  });
  assert.deepEqual([...lengths.keys()].sort(), HOSTILE.map(({ title }) => title).sort());
  for (const { title, cut } of HOSTILE) {
    if (cut === 'size') assert.ok((lengths.get(title) ?? 0) > 2_000_000, title);
  }
}
