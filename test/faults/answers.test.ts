// What a sink answers, or does not, to an app that logs through EventLogger and is restarted in between.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type Ledger, type OtelEventsError } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { batchesOf, checkDelivered } from '../harness/delivered.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { numberedLog } from '../harness/numbered-log.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import type { AppPlan } from './children/plan.ts';
import { Estate } from './estate.ts';

const LOGGER = 'app.0';

interface Watched {
  readonly events: EventLogger;
  readonly errors: string[];
  /** Resolves at the first report. */
  readonly failed: Promise<void>;
  /** Logs numbered events up to this one. */
  readonly logUpTo: (last: number) => void;
}

function watched(t: TestContext, sink: OtlpSink, options: EventLoggerOptions = {}): Watched {
  const errors: string[] = [];
  let hasFailed = (): void => {};
  const failed = new Promise<void>((resolve) => {
    hasFailed = resolve;
  });
  const events = new EventLogger({
    delivery: 'durable',
    spool: tempDir(t),
    endpoint: sink.url,
    headers: { 'x-from': LOGGER },
    flushIntervalMs: 0,
    logLevel: 'none',
    onError({ code }: OtelEventsError) {
      errors.push(code);
      hasFailed();
    },
    ...options,
  });
  t.after(() => events.close({ timeoutMs: 0 }));
  return { events, errors, failed, logUpTo: numberedLog(events, LOGGER) };
}

async function runApp(
  estate: Estate,
  plan: Omit<AppPlan, keyof Estate['common'] | 'seed'>,
): Promise<{ stats: Ledger; errors: string[] }> {
  const { code, lines } = await estate.run('app.ts', { seed: 1, ...plan });
  assert.equal(code, 0);
  return JSON.parse(lines.at(-1) ?? '');
}

test('401 until an app with a good token is started: nothing is lost on the way, nothing comes twice', async (t) => {
  await using estate = await Estate.open(t, 'os');
  estate.sink.judge = ({ headers }) => (headers.authorization === 'good' ? 'take' : { status: 401 });
  const app = { events: 50, batch: 20, closeTimeoutMs: 1000 };
  for (const [index, who] of ['first', 'second'].entries()) {
    const { stats, errors } = await runApp(estate, { ...app, who, token: 'expired' });
    assert.deepEqual(
      [stats.total.pending, stats.total.acked, stats.adopted, new Set(errors)],
      [50 * (index + 1), 0, 50 * index, new Set(['EXPORT_FAILED 401 ('])],
    );
  }
  const { stats, errors } = await runApp(estate, {
    ...app,
    who: 'third',
    token: 'good',
    closeTimeoutMs: 20_000,
  });
  assert.deepEqual([stats.total.acked, stats.adopted, errors], [150, 100, []]);
  assert.deepEqual(readdirSync(estate.common.spool), []);
  const counts = await estate.settle();
  assert.deepEqual([counts.adopted, counts.duplicates], [0, 0]);
  reportCounts(t, counts);
});

test('401 until the sink takes the token: the app is not restarted, and asks seldom', async (t) => {
  let good = false;
  await using sink = await OtlpSink.open(() => (good ? 'take' : { status: 401 }));
  const { events, errors, failed, logUpTo } = watched(t, sink);
  logUpTo(100);
  await failed;
  logUpTo(200);
  const [flushed] = await Promise.all([
    events.flush({ timeoutMs: 500 }),
    sink.until(({ asked }) => asked === 2),
  ]);
  assert.deepEqual([flushed.pending, sink.asked, errors], [200, 2, ['EXPORT_FAILED']], 'a flush asks once');
  good = true;
  assert.deepEqual(await events.flush(), {
    acked: 200,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  const { delivered, duplicates } = checkDelivered(batchesOf(sink.taken), new Map([[LOGGER, 200]]));
  reportCounts(t, { delivered, duplicates });
});

const MINUTE = { skip: !IS_LONG && 'the long form only: it takes a minute and a half' };

test('401 for a minute, and nobody flushes: delivered within half a minute after it', MINUTE, async (t) => {
  const started = performance.now();
  await using sink = await OtlpSink.open(() =>
    performance.now() - started > 60_000 ? 'take' : { status: 401 },
  );
  const { events, logUpTo } = watched(t, sink);
  logUpTo(1000);
  // Timers of a logger keep no process alive.
  const alive = setInterval(() => {}, 1000);
  await sink.until(({ taken }) => taken.length > 0);
  clearInterval(alive);
  assert.ok(performance.now() - started < 95_000);
  assert.ok(sink.asked <= 5, `${sink.asked} requests`);
  assert.equal((await events.flush()).acked, 1000);
  reportCounts(t, { delivered: 1000, requests: sink.asked });
});

test('a sink that takes a batch and dies before it answers, then comes back: only that batch comes twice', async (t) => {
  await using sink = await OtlpSink.open(({ index }) => (index === 2 ? 'swallow' : 'take'));
  const { events, logUpTo } = watched(t, sink, { flushBatchSize: 100 });
  logUpTo(500);
  await sink.until(({ asked }) => asked === 3);
  await sink.goAway();
  assert.equal((await events.flush({ timeoutMs: 300 })).pending, 300);
  await sink.comeBack();
  assert.equal((await events.flush()).acked, 500);
  const counts = checkDelivered(batchesOf(sink.taken), new Map([[LOGGER, 500]]));
  assert.deepEqual(counts, { delivered: 500, duplicates: 100 });
  reportCounts(t, { ...counts });
});

test('a sink that takes a batch and dies, and the app is restarted meanwhile: only that batch comes twice', async (t) => {
  await using estate = await Estate.open(t, 'os');
  const { sink } = estate;
  sink.judge = ({ index }) => (index === 2 ? 'swallow' : 'take');
  const dies = sink.until(({ asked }) => asked === 3).then(() => sink.goAway());
  // Long enough to send three batches on a busy machine too; what is over then stays.
  const app = { batch: 100, closeTimeoutMs: 3000 };
  const first = await runApp(estate, { ...app, who: 'first', events: 500 });
  assert.equal(sink.asked, 3, 'the app has sent three batches');
  await dies;
  assert.deepEqual([first.stats.total.acked, first.stats.total.pending], [200, 300]);
  const second = await runApp(estate, { ...app, who: 'second', events: 100 });
  assert.deepEqual([second.stats.total.acked, second.stats.total.pending], [0, 400]);
  const counts = await estate.settle();
  assert.deepEqual([counts.delivered, counts.duplicates], [600, 100]);
  reportCounts(t, counts);
});

for (const [form, header] of [
  ['seconds', () => '1'],
  // It has no fractions of a second: this is 1 to 2 s from now.
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
] as const) {
  test(`429 with Retry-After as ${form}: the same batch again, not before, then the rest in order`, async (t) => {
    await using sink = await OtlpSink.open(({ index }) =>
      index === 1 ? { status: 429, headers: { 'retry-after': header() } } : 'take',
    );
    const { logUpTo } = watched(t, sink, { flushBatchSize: 100 });
    logUpTo(300);
    const alive = setInterval(() => {}, 1000);
    await sink.until(({ taken }) => taken.length === 3);
    clearInterval(alive);
    const waitedMs = (sink.timesMs[2] ?? 0) - (sink.timesMs[1] ?? 0);
    assert.ok(waitedMs >= 800, `${waitedMs}`);
    const counts = checkDelivered(batchesOf(sink.taken), new Map([[LOGGER, 300]]));
    assert.deepEqual(counts, { delivered: 300, duplicates: 0 });
    reportCounts(t, { ...counts });
  });
}

test('a poison event among 10,000: it alone is rejected and kept aside, the others arrive once and in order', async (t) => {
  const isPoison = (data: Readonly<Record<string, unknown>>): boolean => data.n === 6789;
  await using sink = await OtlpSink.open(({ records }) =>
    records.some((record) => isPoison(readEvent(record).data)) ? { status: 400 } : 'take',
  );
  const spool = tempDir(t);
  const { events, errors } = watched(t, sink, { spool });
  for (let n = 1; n <= 10_000; n++) events.log('app', { n });
  assert.deepEqual(await events.flush(), {
    acked: 9999,
    pending: 0,
    rejected: 1,
    dropped: 0,
  });
  assert.deepEqual([events.stats().total.rejected, errors], [{ http_400: 1 }, ['EXPORT_FAILED']]);
  assert.deepEqual(
    sink.records.map((record) => readEvent(record).data.n),
    Array.from({ length: 10_000 }, (_, index) => index + 1).filter((n) => !isPoison({ n })),
  );
  const letters = [...readDeadLetters(spool)].map(({ letter }) => letter);
  assert.deepEqual(
    letters.map(({ sink, reason, name }) => [sink, reason, name]),
    [['otlp', 'http_400', 'app']],
  );
  const [kept] = letters.flatMap(({ request, signal }) =>
    recordsOf({ signal, encoding: 'protobuf', bytes: request, count: 1 }),
  );
  assert.ok(kept !== undefined && isPoison(readEvent(kept).data));
  assert.deepEqual(readdirSync(path.join(spool, 'dead-letter')).length, 1);
  reportCounts(t, { delivered: 9999, poison: 1, requests: sink.asked });
});
