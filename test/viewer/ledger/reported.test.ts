// What loggers say that they have emitted, beside what the viewer's store has of it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EventLogger } from '../../../src/index.ts';
import { sample } from '../../../src/processors/sample.ts';
import { eventually } from '../../collector/samples.ts';
import { type LedgerUnderTest, ledgerUnderTest } from './ledger-under-test.ts';

/** Long ago: no minute of it is settling. */
const THEN = 1_764_288_000_000;

const SILENT = { logLevel: 'none', app: { name: 'shop' } } as const;

/** The sums of one name over all minutes. */
async function sumsOf({ ledger }: LedgerUnderTest, name: string) {
  const { entries } = await ledger();
  const sums = {
    emitted: undefined as number | undefined,
    stored: 0,
    gap: 0,
    lost: {} as Record<string, number>,
  };
  for (const entry of entries) {
    if (entry.name !== name || entry.kind !== 'record') continue;
    if (entry.emitted !== undefined) sums.emitted = (sums.emitted ?? 0) + entry.emitted;
    sums.stored += entry.stored;
    sums.gap += entry.gap;
    for (const [reason, count] of Object.entries(entry.lost))
      sums.lost[reason] = (sums.lost[reason] ?? 0) + count;
  }
  return sums;
}

/** Closes a logger when its store has been told what it emitted: `close()` itself tries that for a quarter of a second only. */
async function closed(events: EventLogger, viewer: LedgerUnderTest) {
  const { length: known } = (await viewer.ledger()).loggers;
  await events.flush();
  await eventually(async () => (await viewer.ledger()).loggers.length > known);
  return await events.close();
}

test('what a logger emitted is what is stored, by name and minute of its own', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const events = new EventLogger({ ...SILENT, endpoint: viewer.otlp });
  for (let at = 0; at < 300; at++) events.log('order.paid', { at }, { timestamp: THEN + at * 1000 });
  events.log('cart.viewed');
  await closed(events, viewer);
  const { entries, underWay } = await viewer.ledger();
  const paid = entries.filter(({ name }) => name === 'order.paid');
  assert.deepEqual(
    paid.map(({ minuteMs, emitted, stored, gap }) => ({ minuteMs, emitted, stored, gap })),
    [0, 1, 2, 3, 4].map((at) => ({ minuteMs: THEN + at * 60_000, emitted: 60, stored: 60, gap: 0 })),
  );
  assert.deepEqual(await sumsOf(viewer, 'cart.viewed'), { emitted: 1, stored: 1, gap: 0, lost: {} });
  assert.deepEqual(underWay, []);
  // Nothing of it is an event, or a metric.
  const { rows, metricPoints } = (await (await fetch(`${viewer.page}/api/status`)).json()) as Record<
    string,
    number
  >;
  assert.deepEqual([rows, metricPoints], [301, 0]);
});

test('a logger that was closed has ended, and what it emitted last is there', async (t) => {
  const viewer = await ledgerUnderTest(t);
  let tries = 0;
  // One that is closed tells it for a quarter of a second, which a busy machine may miss.
  await eventually(async () => {
    const events = new EventLogger({ ...SILENT, endpoint: viewer.otlp });
    events.log(`last.${++tries}`);
    await events.close();
    const { emitted } = await sumsOf(viewer, `last.${tries}`);
    return emitted === 1;
  });
  const { loggers } = await viewer.ledger();
  assert.ok(loggers.some(({ service, state }) => service === 'shop' && state === 'ended'));
});

test('what did not leave is there with its reason: sampled on purpose, dropped as a gap', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const events = new EventLogger({
    ...SILENT,
    endpoint: viewer.otlp,
    maxBytes: 2048,
    flushIntervalMs: 60_000,
  });
  for (let at = 0; at < 50; at++) events.log('burst', { text: 'x'.repeat(200) }, { timestamp: THEN });
  const { dropped } = await closed(events, viewer);
  assert.ok(dropped > 0 && dropped < 50, `${dropped} dropped`);
  assert.deepEqual(await sumsOf(viewer, 'burst'), {
    emitted: 50,
    stored: 50 - dropped,
    gap: dropped,
    lost: { 'dropped:queue_full': dropped },
  });
  const sampled = new EventLogger({
    ...SILENT,
    endpoint: viewer.otlp,
    processors: [sample(0, { by: ({ name }) => (name === 'noise' ? name : undefined) })],
  });
  sampled.log('noise');
  sampled.log('music');
  await closed(sampled, viewer);
  assert.deepEqual(await sumsOf(viewer, 'noise'), { emitted: 1, stored: 0, gap: 0, lost: { sampled: 1 } });
});

test('what a processor of the collector keeps back is a gap without a reason', async (t) => {
  const viewer = await ledgerUnderTest(t, {
    processors: { filter: { logs: { log_record: ['log.attributes["drop"] == true'] } } },
    pipeline: { processors: ['filter'] },
  });
  const events = new EventLogger({ ...SILENT, endpoint: viewer.otlp });
  for (let at = 0; at < 10; at++) events.log('order.paid', { drop: at < 3 }, { timestamp: THEN });
  await closed(events, viewer);
  assert.deepEqual(await sumsOf(viewer, 'order.paid'), { emitted: 10, stored: 7, gap: 3, lost: {} });
});

test('a logger that is told not to, and any other client, is unknown', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const events = new EventLogger({ ...SILENT, endpoint: viewer.otlp, reportEmitted: false });
  events.log('order.paid');
  await events.close();
  const body = JSON.stringify({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: 'stock', timeUnixNano: `${THEN}000000` }] }] }],
  });
  await fetch(`${viewer.otlp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.deepEqual(await sumsOf(viewer, 'order.paid'), { emitted: undefined, stored: 1, gap: 0, lost: {} });
  assert.deepEqual(await sumsOf(viewer, 'stock'), { emitted: undefined, stored: 1, gap: 0, lost: {} });
  assert.deepEqual((await viewer.ledger()).loggers, []);
});

test('spans of the same name are counted apart', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const events = new EventLogger({ ...SILENT, endpoint: viewer.otlp });
  await events.track('answer', async () => {});
  await closed(events, viewer);
  const { entries } = await viewer.ledger();
  assert.deepEqual(
    entries.map(({ name, kind, emitted, stored, gap }) => ({ name, kind, emitted, stored, gap })),
    [
      { name: 'answer', kind: 'record', emitted: 1, stored: 1, gap: 0 },
      { name: 'answer', kind: 'span', emitted: undefined, stored: 1, gap: 0 },
    ],
  );
});

test('names and times at their limits are the same for both sides', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const events = new EventLogger({
    ...SILENT,
    endpoint: viewer.otlp,
    resource: { 'service.name': 'ſhop 🛒' },
  });
  const names = ['n'.repeat(2_000), '🛒'.repeat(600), 'half \ud83d', '__proto__', '(other)', ' ', 'a\u0000b'];
  for (const name of names) events.log(name);
  const times = [0, 1, -1_000, 59_999.9, 8.64e15, 4e12, Number.NaN];
  for (const timestamp of times) events.log('timed', {}, { timestamp });
  await closed(events, viewer);
  const { entries } = await viewer.ledger();
  const wrong = entries.filter(({ gap, emitted = 0, stored }) => gap > 0 || emitted > stored);
  assert.deepEqual(wrong, []);
  const sum = (key: 'emitted' | 'stored') => entries.reduce((all, entry) => all + (entry[key] ?? 0), 0);
  // Of the first minute of 1970 nothing is compared.
  assert.deepEqual(
    [sum('emitted'), sum('stored')],
    [names.length + times.length - 3, names.length + times.length],
  );
});

test('a receiver that asks and then hangs holds up neither flush() nor, for long, close()', async (t) => {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/v1/logs') response.writeHead(200, { 'otel-events-emitted': 'abc' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const events = new EventLogger({ ...SILENT, endpoint: `http://127.0.0.1:${port}`, flushIntervalMs: 0 });
  events.log('order.paid');
  await events.flush();
  await wait(1_300);
  events.log('order.paid');
  const flushedMs = performance.now();
  await events.flush();
  const closedMs = performance.now();
  const { acked } = await events.close();
  const endMs = performance.now();
  assert.equal(acked, 2);
  assert.ok(closedMs - flushedMs < 4_000, `flush took ${closedMs - flushedMs} ms`);
  assert.ok(endMs - closedMs < 4_000, `close took ${endMs - closedMs} ms`);
});

/** A server that takes everything. @returns its address, and the paths that it was sent to */
async function anyServer(t: TestContext, headers: Record<string, string> = {}) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url as string);
    request.resume();
    response.writeHead(request.url === '/v1/logs' ? 200 : 404, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

test('a receiver that does not ask is sent nothing but events; one that asks and has no place for it, once', async (t) => {
  const quiet = await anyServer(t);
  const half = await anyServer(t, { 'otel-events-emitted': 'abc' });
  for (const { url, paths } of [quiet, half]) {
    const events = new EventLogger({ ...SILENT, endpoint: url, flushIntervalMs: 0 });
    const send = async (): Promise<void> => {
      events.log('order.paid');
      await events.flush();
    };
    await send();
    await send();
    // Who asks for the first time is told a second later.
    if (paths === half.paths) await eventually(() => paths.includes('/v1/logs/emitted'));
    else await wait(1_500);
    await send();
    await events.close();
  }
  assert.deepEqual(quiet.paths, ['/v1/logs', '/v1/logs', '/v1/logs']);
  assert.deepEqual(half.paths, ['/v1/logs', '/v1/logs', '/v1/logs/emitted', '/v1/logs']);
});
