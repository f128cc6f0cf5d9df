// What belongs to another user lies in a spool: the app lives, it is said once, and all else is delivered.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { currentOwner, directoryName, freeName } from '../../src/spool/owner/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { HEADER } from '../spool/fields.ts';
import { until } from '../spool/sending.ts';

const LIBRARY = JSON.stringify(path.join(import.meta.dirname, '../../src/index.ts'));
const NOBODY = 65_534;
const DEAD = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };
const ELSEWHERE = { ...DEAD, namespace: '1' };

/** Leaves a hundred records in a sub-directory of `spool`, ours. */
async function leave(spool: string): Promise<string> {
  const dead = new Spool({ spool: spool, owner: DEAD });
  for (let n = 0; n < 100; n++)
    dead.append(dead.kind('logs', HEADER, 'left', ['otlp']), Buffer.from([0x12, 0]));
  await dead.durable();
  const left = dead.directory ?? '';
  dead.flushSync();
  return left;
}

/** What root left in the directory of somebody else. */
const LEFT: Readonly<Record<string, (spool: string) => unknown>> = {
  'a sub-directory of a dead owner, 0700': (spool) =>
    mkdirSync(path.join(spool, directoryName(DEAD)), { mode: 0o700 }),
  'a sub-directory of an owner elsewhere, 0700': (spool) =>
    mkdirSync(path.join(spool, directoryName(ELSEWHERE)), { mode: 0o700 }),
  'a sub-directory that was let go, 0700': (spool) =>
    mkdirSync(path.join(spool, freeName()), { mode: 0o700 }),
  'a sub-directory of a dead owner, 0755': (spool) => {
    const place = path.join(spool, directoryName(DEAD));
    mkdirSync(place, { mode: 0o755 });
    writeFileSync(path.join(place, 'heartbeat'), '', { mode: 0o600 });
  },
  'a sub-directory of records, 0700': leave,
};

/** An app of the user nobody, with `spool`, that logs one event before `meanwhile` and one after. */
async function run(spool: string, endpoint: string, meanwhile = ''): Promise<unknown> {
  const end = await runNode(`
    import { setTimeout as sleep } from 'node:timers/promises';
    import { EventLogger } from ${LIBRARY};
    process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY});
    const errors = [];
    // The spool's own timers do not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    const events = new EventLogger({
      delivery: 'durable', spool: ${JSON.stringify(spool)}, endpoint: ${JSON.stringify(endpoint)}, logLevel: 'none',
      flushIntervalMs: 0, onError: ({ code }) => errors.push(code),
    });
    events.log('one');
    await events.durable();
    ${meanwhile}
    events.log('two');
    await events.durable();
    await events.flush();
    const { acked, pending, dropped } = events.stats().total;
    await events.close();
    clearInterval(alive);
    console.log(JSON.stringify({ errors, acked, pending, dropped }));
  `);
  assert.deepEqual([end.code, end.stderr], [0, '']);
  return JSON.parse(end.stdout);
}

function spoolOfNobody(t: TestContext): string | undefined {
  if (process.getuid?.() !== 0) {
    t.skip('only root can be somebody else');
    return undefined;
  }
  const base = tempDir(t);
  const spool = path.join(base, 'spool');
  mkdirSync(spool);
  for (const place of [base, spool]) chmodSync(place, 0o755);
  chownSync(spool, NOBODY, NOBODY);
  return spool;
}

suite('a spool in which root has left something', { concurrency: 2 }, () => {
  for (const [what, put] of Object.entries(LEFT)) {
    test(`${what}, before the start: the app lives, it is said once`, async (t) => {
      const spool = spoolOfNobody(t);
      if (spool === undefined) return;
      await put(spool);
      await using sink = await OtlpSink.open();
      const said = await run(spool, sink.url);
      assert.deepEqual(said, { errors: ['SPOOL_UNREADABLE'], acked: 2, pending: 0, dropped: {} });
      assert.equal(readdirSync(spool).length, 1, 'it stays');
    });
  }

  test('a sub-directory that is put there while the app runs: the same, within 10 s', async (t) => {
    const spool = spoolOfNobody(t);
    if (spool === undefined) return;
    await using sink = await OtlpSink.open();
    const timer = setTimeout(() => {
      for (const put of Object.values(LEFT)) void put(spool);
    }, 4000);
    t.after(() => clearTimeout(timer));
    const said = await run(spool, sink.url, 'await sleep(22_000);');
    const errors = Object.keys(LEFT).map(() => 'SPOOL_UNREADABLE');
    assert.deepEqual(said, { errors, acked: 2, pending: 0, dropped: {} });
  });

  test('a directory that becomes somebody else’s while the app runs: it waits in memory, each kind is said once, and is written later', async (t) => {
    const spool = spoolOfNobody(t);
    if (spool === undefined) return;
    await using sink = await OtlpSink.open();
    const [begun, logged] = [path.join(tempDir(t), 'begun'), path.join(tempDir(t), 'logged')];
    for (const place of [begun, logged].map(path.dirname)) chmodSync(place, 0o777);
    const said = run(
      spool,
      sink.url,
      `const { existsSync, writeFileSync } = await import('node:fs');
       writeFileSync(${JSON.stringify(begun)}, '');
       while (existsSync(${JSON.stringify(begun)})) await sleep(10);
       await sleep(5000);
       for (let n = 0; n < 100; n++) { events.log('meanwhile'); await sleep(10); }
       while (!errors.includes('SPOOL_UNWRITABLE')) await sleep(10);
       writeFileSync(${JSON.stringify(logged)}, '');`,
    );
    await until(() => existsSync(begun));
    chmodSync(spool, 0o700);
    chownSync(spool, 0, 0);
    rmSync(begun);
    await until(() => existsSync(logged));
    chownSync(spool, NOBODY, NOBODY);
    const { errors, ...rest } = (await said) as { errors: string[] };
    assert.deepEqual(rest, { acked: 102, pending: 0, dropped: {} }, 'nothing counts as handed over');
    // Writing to it is one thing, to look for what others left in it another.
    assert.ok(errors.includes('SPOOL_UNWRITABLE') && errors.length === new Set(errors).size, `${errors}`);
    assert.deepEqual(readdirSync(spool), []);
  });
});
