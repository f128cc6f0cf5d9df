// flush({ whenAway: 'return' }): what a function waits for that is called again and again, while the collector is away.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { freePort } from '../harness/free-port.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const NONE = { acked: 0, pending: 0, rejected: 0, dropped: 0 };
const SOURCE = path.join(import.meta.dirname, '../../src/index.ts');
/** Far less than the ten seconds that flush() waits, and far more than it takes. */
const SOON_MS = 6000;

async function timed<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const start = performance.now();
  const result = await work;
  return { result, ms: performance.now() - start };
}

for (const durability of ['os', 'disk'] as const) {
  test(`at level ${durability} events are in the spool when it returns: after kill -9 the next process delivers them`, async (t) => {
    const spool = tempDir(t);
    await using sink = await OtlpSink.open();
    await sink.goAway();
    const options = { endpoint: sink.url, spool, durability, app: { name: 'job' } };
    const child = spawn(process.execPath, [
      '--no-warnings',
      '--input-type=module-typescript',
      '--eval',
      `import { EventLogger } from ${JSON.stringify(SOURCE)};
       const events = new EventLogger({ ...${JSON.stringify(options)}, onError: () => {}, logLevel: 'none' });
       for (let number = 0; number < 500; number++) events.log('a', { number });
       const startedMs = performance.now();
       const { since } = await events.flush({ whenAway: 'return' });
       console.log(JSON.stringify({ since, ms: performance.now() - startedMs }));
       setInterval(() => {}, 1000);`,
    ]);
    t.after(() => child.kill('SIGKILL'));
    const said = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(`${text}`)),
    );
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { since, ms } = JSON.parse(said) as { since: object; ms: number };
    assert.deepEqual(since, { ...NONE, pending: 500 });
    assert.ok(ms < SOON_MS, `${ms} ms`);
    await sink.comeBack();
    const next = new EventLogger(options);
    t.after(() => next.close());
    assert.deepEqual(await next.flush(), { ...NONE, acked: 500 });
    assert.equal(sink.records.length, 500);
  });
}

test('by default flush() waits for a destination that is away, for all of its time', async (t) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const events = new EventLogger({ endpoint, spool: tempDir(t), logLevel: 'none' });
  t.after(() => events.close({ timeoutMs: 0 }));
  for (const options of [{}, { whenAway: 'wait' as const }]) {
    events.log('a');
    const { result, ms } = await timed(events.flush({ ...options, timeoutMs: 400 }));
    assert.ok(ms > 300, `${ms} ms`);
    assert.deepEqual(result.since, { ...NONE, pending: 1 });
  }
});

test('invocation after invocation returns at once while it is away, and delivers all when it is back', async (t) => {
  await using sink = await OtlpSink.open();
  const events = new EventLogger({ endpoint: sink.url, spool: tempDir(t), logLevel: 'none' });
  t.after(() => events.close());
  events.log('a');
  assert.deepEqual(await events.flush({ whenAway: 'return' }), { ...NONE, acked: 1 });
  await sink.goAway();
  for (let pending = 1; pending <= 3; pending++) {
    events.log('a');
    const { result, ms } = await timed(events.flush({ whenAway: 'return' }));
    assert.ok(ms < SOON_MS, `${ms} ms`);
    assert.deepEqual(
      [result, result.since],
      [
        { ...NONE, acked: 1, pending },
        { ...NONE, pending: 1 },
      ],
    );
  }
  await sink.comeBack();
  events.log('a');
  assert.deepEqual(await events.flush({ whenAway: 'return' }), { ...NONE, acked: 5 });
});

test('a destination that hangs costs its time-out once, and half a second while it is known to be away', async (t) => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '5000';
  t.after(() => delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT);
  const events = new EventLogger({ endpoint, spool: tempDir(t), logLevel: 'none' });
  t.after(() => events.close({ timeoutMs: 0 }));
  events.log('a');
  const first = await timed(events.flush({ whenAway: 'return' }));
  assert.ok(first.ms > 4500, `${first.ms} ms`);
  events.log('a');
  const second = await timed(events.flush({ whenAway: 'return' }));
  assert.ok(second.ms < 4000, `${second.ms} ms`);
  assert.deepEqual(second.result, { ...NONE, pending: 2 });
});

test('it waits for a destination that is there, beside one that is away', async (t) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  let taken = 0;
  const slow = {
    name: 'slow',
    send: async (records: readonly unknown[]) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      taken += records.length;
    },
  };
  const events = new EventLogger({ endpoint, exporters: [slow], spool: tempDir(t), logLevel: 'none' });
  t.after(() => events.close({ timeoutMs: 0 }));
  events.log('a');
  assert.deepEqual(await events.flush({ whenAway: 'return' }), { ...NONE, pending: 1 });
  assert.equal(taken, 1);
});

test('it waits where events are not safe: in memory, and while the spool cannot be written', async (t) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const file = path.join(tempDir(t), 'a file');
  writeFileSync(file, '');
  for (const options of [{}, { spool: path.join(file, 'spool') }]) {
    const events = new EventLogger({ endpoint, ...options, logLevel: 'none' });
    t.after(() => events.close({ timeoutMs: 0 }));
    for (const round of [1, 2]) {
      events.log('a');
      const { result, ms } = await timed(events.flush({ whenAway: 'return', timeoutMs: 400 }));
      assert.ok(ms > 300, `${ms} ms`);
      assert.deepEqual(result, { ...NONE, pending: round });
    }
  }
});

test('while the spool cannot be written it returns when the destination has them', async (t) => {
  await using sink = await OtlpSink.open();
  const file = path.join(tempDir(t), 'a file');
  writeFileSync(file, '');
  const events = new EventLogger({ endpoint: sink.url, spool: path.join(file, 'spool'), logLevel: 'none' });
  t.after(() => events.close({ timeoutMs: 0 }));
  events.log('a');
  const { result, ms } = await timed(events.flush({ whenAway: 'return' }));
  assert.ok(ms < SOON_MS, `${ms} ms`);
  assert.deepEqual(result, { ...NONE, acked: 1 });
});

test('another word than wait and return is refused', async (t) => {
  const events = new EventLogger({ delivery: 'none', logLevel: 'none' });
  t.after(() => events.close());
  await assert.rejects(events.flush({ whenAway: 'never' as 'wait' }), {
    code: 'OPTION_INVALID',
    message: "flush: option whenAway: wanted 'wait' or 'return', got a string",
  });
});
