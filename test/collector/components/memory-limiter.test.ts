import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { garbageCollector } from '../../../src/cli/garbage-collector.ts';
import { makeProcessor, problemsOf, recordsOf } from '../make-processor.ts';
import { eventually } from '../samples.ts';

const MEBIBYTE = 1024 * 1024;
const RECORDS = recordsOf({ eventName: 'a', body: {} });

function usedMebibytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return Math.ceil((heapUsed + external) / MEBIBYTE);
}

test('a process in which memory is limited keeps the flags of V8 that it was started with', async () => {
  const { pass } = await makeProcessor('memory_limiter', {
    check_interval: '1ms',
    limit_mib: 1,
    min_gc_interval_when_soft_limited: '0s',
  });
  await assert.rejects(async () => pass('logs', RECORDS), { reason: 'memory_limit' });
  // With the flag each new context has a function that collects garbage.
  assert.equal(runInNewContext('typeof gc'), 'undefined');
});

test('requests are refused while too much memory is in use, and taken again when it is free', async () => {
  const limit = usedMebibytes() + 80;
  const { pass, lines } = await makeProcessor('memory_limiter', {
    check_interval: '1ms',
    limit_mib: limit,
    spike_limit_mib: 20,
    min_gc_interval_when_soft_limited: '0s',
  });
  assert.ok(await pass('logs', RECORDS));
  let hog: Buffer | undefined = Buffer.alloc(150 * MEBIBYTE, 1);
  await sleep(5);
  await assert.rejects(async () => pass('logs', RECORDS), {
    code: 'EXPORT_FAILED',
    message: 'too much memory in use',
    retry: {},
    reason: 'memory_limit',
  });
  assert.equal(hog.length, 150 * MEBIBYTE);
  hog = undefined;
  // The bodies of requests that are refused, read and let go: V8 collects garbage as it grows. A sender comes again, too.
  await eventually(async () => {
    Buffer.alloc(8 * MEBIBYTE, 1);
    await sleep(5);
    return (await pass('logs', RECORDS).catch(() => undefined)) !== undefined;
  });
  assert.deepEqual(
    lines.map((line) => line.replace(/ processor.*/, '')),
    ['warn too much memory in use, requests are refused', 'info requests are taken again'],
  );
});

test('where garbage may be collected it does not count', async () => {
  const settings = {
    check_interval: '1ms',
    limit_mib: usedMebibytes() + 80,
    spike_limit_mib: 20,
    min_gc_interval_when_soft_limited: '0s',
  };
  const { pass, lines } = await makeProcessor('memory_limiter', settings, garbageCollector());
  let hog: Buffer | undefined = Buffer.alloc(150 * MEBIBYTE, 1);
  await sleep(5);
  await assert.rejects(async () => pass('logs', RECORDS), { reason: 'memory_limit' });
  assert.equal(hog.length, 150 * MEBIBYTE);
  hog = undefined;
  // Nothing else is made meanwhile, so that V8 has no reason of its own; a collection takes a tenth of the time at most.
  await eventually(async () => {
    await sleep(20);
    return (await pass('logs', RECORDS).catch(() => undefined)) !== undefined;
  });
  assert.equal(lines.length, 2);
  assert.equal(runInNewContext('typeof gc'), 'undefined');
});

test('garbage is collected no more often than said, nor for more than a tenth of the time', async () => {
  const collected: number[] = [];
  const collect = (lastsMs: number) => () => {
    collected.push(performance.now());
    const untilMs = performance.now() + lastsMs;
    while (performance.now() < untilMs);
  };
  const at = async (settings: object, lastsMs: number, enough = 1_000): Promise<number> => {
    collected.length = 0;
    const common = { check_interval: '1ms', min_gc_interval_when_soft_limited: '10s' };
    const { pass } = await makeProcessor('memory_limiter', { ...common, ...settings }, collect(lastsMs));
    // Those that are wanted may take a busy machine a while.
    const untilMs = performance.now() + (enough === 1_000 ? 300 : 60_000);
    while (performance.now() < untilMs && collected.length < enough) {
      await pass('logs', RECORDS).catch(() => {});
      await sleep(2);
    }
    return collected.length;
  };
  const used = usedMebibytes();
  // Above the limit less the spike, and far from the limit: once in ten seconds.
  assert.equal(await at({ limit_mib: used * 10, spike_limit_mib: used * 10 - 1 }, 0), 1);
  // Above the limit: always, unless that takes too long.
  assert.equal(await at({ limit_mib: 1 }, 0, 11), 11);
  await at({ limit_mib: 1 }, 20, 3);
  for (const [index, startedMs] of collected.slice(1).entries())
    assert.ok(startedMs - (collected[index] ?? 0) > 150, `${collected}`);
});

test('a limit in percent is one of the memory of the machine', async () => {
  const { pass } = await makeProcessor('memory_limiter', { check_interval: '1s', limit_percentage: 90 });
  assert.ok(await pass('logs', RECORDS));
});

test('its settings are checked as the OpenTelemetry Collector does', async () => {
  assert.deepEqual(await problemsOf('memory_limiter', {}), [
    'check_interval: expected a duration above 0',
    'limit_mib: is missing, and so is limit_percentage',
  ]);
  assert.deepEqual(
    await problemsOf('memory_limiter', {
      check_interval: '1s',
      limit_mib: 10,
      spike_limit_mib: 10,
      limit_percentage: 101,
      spike_limit_percentage: 101,
      min_gc_interval_when_hard_limited: '20s',
    }),
    [
      'min_gc_interval_when_soft_limited: is less than min_gc_interval_when_hard_limited',
      'limit_percentage: expected 1 to 100',
      'spike_limit_percentage: expected 1 to 100',
      'spike_limit_mib: is not less than limit_mib',
      'spike_limit_percentage: is not less than limit_percentage',
    ],
  );
});

test('batch lets requests pass at once, and its settings are checked', async () => {
  const { processor, pass } = await makeProcessor('batch', { timeout: '5s', send_batch_size: 10 });
  const request = await pass('logs', RECORDS);
  assert.ok(request);
  assert.equal(await processor.process(request), request);
  assert.deepEqual(
    await problemsOf('batch', { send_batch_size: 10, send_batch_max_size: 5, metadata_keys: ['a', 'A'] }),
    ['send_batch_max_size: is less than send_batch_size', 'metadata_keys: names a key twice'],
  );
});
