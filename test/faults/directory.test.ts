// The spool directory fails under an app that logs: memory serves, it is said once, and nothing is lost.
import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { failingIo } from '../harness/fail-io.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import type { Asked, Verdict } from '../harness/otlp-sink.ts';
import { smallDisk } from '../harness/small-disk.ts';
import type { BrokenPlacePlan } from './children/plan.ts';
import { Estate } from './estate.ts';

const LIBRARY = new URL('../../src/index.ts', import.meta.url).href;
const NUMBERED = new URL('../harness/numbered.ts', import.meta.url).href;

interface Fault {
  readonly what: string;
  /** What the one report says; undefined if there is nothing to report. */
  readonly errno: string | undefined;
  /** Shell commands; `$SPOOL` is the directory, `$DISK` the file system of 512 KiB that it lies on. */
  readonly breaks: string;
  readonly mends: string;
  readonly fromStart?: true;
  /** Default `os`. */
  readonly levels?: readonly ['os', 'disk'];
  /** How many events may be sent twice, all of them or none. Default none. */
  readonly repeats?: number;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'that vanishes and can be made again',
    errno: undefined,
    breaks: 'rm -r $SPOOL',
    mends: ':',
    levels: ['os', 'disk'],
  },
  {
    what: 'that vanishes, with a file in its place',
    errno: 'ENOTDIR|EEXIST',
    breaks: 'rm -r $SPOOL && touch $SPOOL',
    mends: 'rm $SPOOL',
  },
  {
    what: 'over which something read-only is mounted',
    errno: 'EROFS',
    breaks: 'mount -t tmpfs -o ro tmpfs $SPOOL',
    mends: 'umount $SPOOL',
    // Was written before it was seen that the directory is another one, unless the process slept just then.
    repeats: 50,
  },
  {
    what: 'that is read-only when the app starts',
    errno: 'EROFS',
    breaks: 'mkdir -p $SPOOL && mount -o remount,ro $DISK',
    mends: 'mount -o remount,rw $DISK',
    fromStart: true,
  },
  {
    what: 'that cannot be made, since the disk is read-only when the app starts',
    errno: 'EROFS',
    breaks: 'mount -o remount,ro $DISK',
    mends: 'mount -o remount,rw $DISK',
    fromStart: true,
  },
  {
    what: 'whose disk is full',
    errno: 'ENOSPC',
    breaks: 'cat /dev/zero > $DISK/ballast 2> /dev/null || true',
    mends: 'rm $DISK/ballast',
    levels: ['os', 'disk'],
  },
];

/** Takes 1 to 100; the rest has to wait for the next process. */
function upTo100({ from, records }: Asked): Verdict {
  const late = records.some((record) => Number(readEvent(record).data.n) > 100);
  return late && from !== 'heir' ? { status: 503 } : 'take';
}

async function suffers(t: TestContext, level: 'os' | 'disk', fault: Fault): Promise<void> {
  const disk = smallDisk(t, '512k');
  if (disk === undefined) return;
  await using estate = await Estate.open(t, level, { spool: path.join(disk, 'spool') });
  estate.sink.judge = upTo100;
  const { fromStart = false, errno } = fault;
  const [breaks = '', mends = ''] = [fault.breaks, fault.mends].map((command) =>
    command.replaceAll('$SPOOL', estate.common.spool).replaceAll('$DISK', disk),
  );
  // Where nothing is wrong, a slow disk may take its time.
  const waitMs = errno === undefined ? 20_000 : 200;
  const plan: Omit<BrokenPlacePlan, keyof Estate['common']> = {
    who: 'app',
    seed: 1,
    breaks,
    mends,
    fromStart,
    waitMs,
  };
  const { lines } = await estate.run('broken-place.ts', plan);
  const said = new Map(lines.map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]));
  assert.deepEqual([said.get('delivered'), said.get('safe')], ['100', `${errno === undefined}`]);
  const reports = (JSON.parse(said.get('errors') ?? '') as string[]).filter((code) => /^SPOOL/.test(code));
  if (errno === undefined) assert.deepEqual(reports, []);
  else assert.match(reports.join(), new RegExp(`^SPOOL_UNWRITABLE (${errno})$`), 'once');
  const counts = await estate.settle();
  assert.equal(counts.delivered, 150);
  assert.ok([0, fault.repeats ?? 0].includes(counts.duplicates ?? -1), `${counts.duplicates} twice`);
  reportCounts(t, counts);
}

// They mostly wait.
suite('a directory that fails', { concurrency: 3 }, () => {
  for (const fault of FAULTS) {
    for (const level of fault.levels ?? (['os'] as const)) {
      test(`a directory ${fault.what}, level ${level}: memory serves, it is said once, nothing is lost`, (t) =>
        suffers(t, level, fault));
    }
  }
});

test('a disk that fails (EIO) under an app that logs: the same', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  await using estate = await Estate.open(t, 'disk', { spool: io.directory });
  estate.sink.judge = upTo100;
  const { stdout, stderr, signal } = await io.run(`
    const { EventLogger } = await import('${LIBRARY}');
    const { numbered } = await import('${NUMBERED}');
    const errors = [];
    const events = new EventLogger({
      delivery: 'durable', spool: directory, durability: 'disk', endpoint: '${estate.common.endpoint}',
      headers: { 'x-from': 'app.0' }, flushIntervalMs: 0, logLevel: 'none', onError: ({ code }) => errors.push(code),
    });
    let count = 0;
    const logUpTo = (last) => { while (count < last) events.log('eio', numbered('app.0', ++count, 1000)); };
    logUpTo(50);
    await events.durable();
    await events.flush();
    fail('write 5 .seg', 'sync 5 .seg');
    logUpTo(100);
    await events.flush();
    logUpTo(150);
    const durable = events.durable().then(() => 'safe');
    const before = await Promise.race([durable, new Promise((resolve) => setTimeout(resolve, 300, 'not yet'))]);
    const failed = failures() > 0;
    fail();
    console.log(before, failed, await durable, errors.filter((code) => code.startsWith('SPOOL')));
    process.kill(process.pid, 'SIGKILL');
  `);
  assert.deepEqual([stdout, stderr, signal], ["not yet true safe [ 'SPOOL_UNWRITABLE' ]\n", '', 'SIGKILL']);
  estate.promised.set('app.0', 150);
  estate.kills++;
  reportCounts(t, await estate.settle());
});
