// Every call to the file system that a logger with a spool makes fails once, in turn, with every errno that it may
// answer; and each kind of call fails for as long as the logger lives. The app lives, and the ledger is true.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Ledger } from '../../src/index.ts';
import { type FailingIo, failingIo } from '../harness/fail-io.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { assertBalanced, settledIn } from '../harness/ledger.ts';
import { runNode } from '../harness/run-node.ts';
import { SEED } from '../harness/seeded.ts';

const LIBRARY = JSON.stringify(path.join(import.meta.dirname, '../../src/index.ts'));
const IS_LONG = process.env.FAULTS === 'long';
const { EACCES, ENOENT, ENOSPC, EIO, EMFILE, ESTALE, EPERM, EROFS } = constants.errno;
const ERRNOS: readonly number[] = [EACCES, ENOENT, ENOSPC, EIO, EMFILE, ESTALE ?? 116, EPERM, EROFS];
const CALLS = [
  'open',
  'read',
  'write',
  'sync',
  'close',
  'stat',
  'access',
  'mkdir',
  'list',
  'rename',
  'remove',
  'touch',
  'cut',
  'any',
];
/** Of the leftover, and of the life itself. */
const [LEFT, OWN] = [10, 20];

/** One life, as it tells of itself. */
interface Life {
  readonly rule: string;
  /** How many calls have failed. */
  readonly failures: number;
  readonly stats: Ledger;
  readonly delivered: readonly string[];
  readonly errors: readonly string[];
}

/**
 * Lives one after the other in one process, each with a spool of its own in which an earlier one has left something.
 * The next rule is that of `next`, a function of the life before; it ends when there is none.
 */
async function lives(io: FailingIo, next: string): Promise<Life[]> {
  const { code, signal, stdout, stderr } = await io.run(`
    import { EventLogger } from ${LIBRARY};
    import { setTimeout as sleep } from 'node:timers/promises';
    const alive = setInterval(() => {}, 1000);
    const options = { delivery: 'none', logLevel: 'none', flushIntervalMs: 0 };
    const away = async function sink() { throw new Error('away'); };
    async function leave(spool) {
      const events = new EventLogger({ ...options, spool, exporters: [away], onError() {} });
      for (let n = 0; n < ${LEFT}; n++) events.log('left', { n });
      await events.durable();
      await events.close({ timeoutMs: 0 });
    }
    async function live(spool, rule, durability) {
      const delivered = [], errors = [];
      const take = async function sink(records) {
        for (const { eventName, attributes } of records) delivered.push(eventName + attributes.n);
      };
      await leave(spool);
      const before = failures();
      fail(...rule === '' ? [] : [rule]);
      const events = new EventLogger({
        ...options, spool, durability, exporters: [take], onError: ({ code, message }) => errors.push(code + ' ' + message),
      });
      for (let n = 0; n < ${OWN}; n++) {
        events.log('own', { n });
        if (n % 7 === 6) await Promise.race([events.durable(), sleep(30)]);
      }
      await events.flush({ timeoutMs: 150 });
      await events.close({ timeoutMs: 100 });
      const failed = failures() - before;
      fail();
      return { rule, failures: failed, stats: events.stats(), delivered, errors };
    }
    const next = ${next};
    for (let index = 0, life; ; index++) {
      const rule = next(index, life);
      if (rule === undefined) break;
      life = await live(directory + '/' + index, rule, index % 2 === 0 ? 'os' : 'disk');
      console.log(JSON.stringify(life));
    }
    clearInterval(alive);
  `);
  assert.deepEqual([code, signal, stderr], [0, null, ''], `after ${stdout.split('\n').at(-2)?.slice(0, 80)}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Life);
}

/** What a process finds in these spools that comes when nothing fails any more. */
async function inherited({ directory }: FailingIo, count: number): Promise<string[][]> {
  const { code, stdout, stderr } = await runNode(`
    import { EventLogger } from ${LIBRARY};
    for (let index = 0; index < ${count}; index++) {
      const delivered = [];
      const take = async function sink(records) {
        for (const { eventName, attributes } of records) delivered.push(eventName + attributes.n);
      };
      const spool = ${JSON.stringify(directory)} + '/' + index;
      const events = new EventLogger({ delivery: 'none', logLevel: 'none', spool, exporters: [take], onError() {} });
      await events.flush();
      await events.close();
      console.log(JSON.stringify(delivered));
    }
  `);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
}

async function check(t: TestContext, io: FailingIo, all: readonly Life[]): Promise<void> {
  const heirs = await inherited(io, all.length);
  const wanted = [
    ...Array.from({ length: LEFT }, (_, n) => `left${n}`),
    ...Array.from({ length: OWN }, (_, n) => `own${n}`),
  ];
  let failures = 0;
  for (const [index, { rule, stats, delivered, errors, failures: failed }] of all.entries()) {
    const told = `${index}, ${rule}: ${errors.join('; ')}`;
    failures += failed;
    assertBalanced(stats);
    const { total } = stats;
    const lost = settledIn(total) - total.acked - total.handedOver;
    const found = new Set([...delivered, ...(heirs[index] ?? [])]);
    const missing = wanted.filter((name) => !found.has(name));
    assert.equal(total.emitted - stats.adopted, OWN, told);
    assert.ok(delivered.length >= total.acked, `it says that ${total.acked} were delivered; ${told}`);
    assert.ok(missing.length <= lost, `${missing} are missing, ${lost} are counted as lost; ${told}`);
    if (missing.length > 0) assert.notEqual(errors.length, 0, `nobody is told; ${told}`);
    const left = readdirSync(path.join(io.directory, `${index}`)).filter((name) => name !== 'quarantine');
    assert.deepEqual(left, [], told);
  }
  reportCounts(t, { lives: all.length, failures });
}

test('each call to the file system fails once, in turn: the app lives, nothing is lost that is not counted', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const errnos = JSON.stringify(ERRNOS);
  const each = IS_LONG ? ERRNOS.length : 1;
  // Two lives of each number, since the levels take turns; it ends with the first number that was not reached.
  const all = await lives(
    io,
    `(index, life) => {
       const nth = 1 + Math.floor(index / ${2 * each});
       if (life?.failures === 0 && index % ${2 * each} === 0) return undefined;
       return 'any#' + nth + ' ' + ${errnos}[(${SEED} + index) % ${ERRNOS.length}];
     }`,
  );
  assert.ok(all.length > 40, `${all.length}`);
  await check(t, io, all);
});

test('each kind of call fails from the start to the end: the app lives, nothing is lost that is not counted', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const rules = CALLS.flatMap((call) => ERRNOS.map((errno) => `${call} ${errno}`));
  const some = IS_LONG ? rules : rules.filter((_, index) => (index + SEED) % 3 === 0);
  // For each level.
  const twice = some.flatMap((rule) => [rule, rule]);
  await check(t, io, await lives(io, `(index) => ${JSON.stringify(twice)}[index]`));
});
