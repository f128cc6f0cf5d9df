// Several processes that write one file, on a disk that is full now and then.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportCounts } from '../harness/fault-counts.ts';
import { runChild } from '../harness/run-child.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

const IS_LONG = process.env.FAULTS === 'long';
const PAGE_BYTES = 4096;

/** Fills the disk to the last byte, and gives a little of it back, again and again. */
async function fillAndFree(filler: string, untilMs: number): Promise<number> {
  const page = Buffer.alloc(PAGE_BYTES);
  let times = 0;
  writeFileSync(filler, '');
  while (Date.now() < untilMs) {
    try {
      for (;;) appendFileSync(filler, page);
    } catch {
      times++;
    }
    await sleep(25);
    truncateSync(filler, Math.max(0, statSync(filler).size - 6 * PAGE_BYTES));
    await sleep(5);
  }
  truncateSync(filler, 0);
  return times;
}

/** Has several processes write the same file. @returns the names of what was taken */
async function write(t: TestContext, disk: string, plan: object, kill: boolean): Promise<string[]> {
  const taken: string[] = [];
  let failures = 0;
  const stop = path.join(tempDir(t), 'stop');
  const file = path.join(disk, 'events.jsonl');
  const onLine = (line: string, end: () => void): void => {
    const [word, ...names] = line.split(' ');
    if (word === 'took') taken.push(...names);
    if (word === 'failed') failures++;
    if (kill && word !== '' && Math.random() < 0.02) end();
  };
  const live = async (writer: string): Promise<void> => {
    for (let life = 0; !existsSync(stop); life++) {
      const given = { path: file, stop, writer: `${writer}.${life}`, ...plan };
      const end = await runChild('file-writer.ts', given, { onLine });
      assert.ok(end.code === 0 || (kill && end.signal === 'SIGKILL'), end.stderr);
    }
  };
  const lives = ['a', 'b', 'c', 'd'].map(live);
  while (taken.length < 4) await sleep(10);
  const filled = await fillAndFree(path.join(disk, 'filler'), Date.now() + (IS_LONG ? 40_000 : 5_000));
  await sleep(200);
  writeFileSync(stop, '');
  await Promise.all(lives);
  reportCounts(t, { events: taken.length, failures, filled });
  assert.ok(failures > 0, 'the disk was never full');
  return taken;
}

/** The names in all files, and the lines that are not whole. */
function readLines(disk: string): { names: Set<string>; torn: string[] } {
  const [names, torn] = [new Set<string>(), [] as string[]];
  for (const file of readdirSync(disk).filter((name) => name.endsWith('.jsonl'))) {
    const text = readFileSync(path.join(disk, file), 'utf8');
    assert.ok(text === '' || text.endsWith('\n'), `${file} ends with a whole line`);
    for (const line of text.split('\n').slice(0, -1)) {
      const name = nameIn(line);
      if (name === undefined) torn.push(line.replace(/x{5,}/g, '…'));
      else names.add(name);
    }
  }
  return { names, torn };
}

function nameIn(line: string): string | undefined {
  try {
    const { eventName, body } = JSON.parse(line) as { eventName: string; body: string };
    return /^x+$/.test(body) ? eventName : undefined;
  } catch {
    return undefined;
  }
}

for (const [title, plan, kill] of [
  ['on a disk that is full again and again', {}, false],
  ['with fsync', { fsync: 'batch' }, false],
  ['all of which rotate it', { rotation: { maxBytes: 30_000 } }, false],
  ['some of which are killed', {}, true],
] as const) {
  test(`four processes that write one file, ${title}: what was taken is there, whole`, async (t) => {
    const disk = smallDisk(t, '6m');
    if (disk === undefined) return;
    const taken = await write(t, disk, plan, kill);
    const { names, torn } = readLines(disk);
    const missing = taken.filter((name) => !names.has(name));
    assert.deepEqual(missing, [], `${missing.length} of ${taken.length} are missing`);
    // Who mends the end of one that was killed may be killed before it has: then nobody had taken that line.
    if (!kill) assert.deepEqual(torn, []);
  });
}
