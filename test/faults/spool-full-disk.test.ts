// A disk that is full while the destination takes everything: the spool's files stay in step with what is in memory.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { smallDisk } from '../harness/small-disk.ts';
import type { FullDiskPlan } from './children/plan.ts';
import { Estate } from './estate.ts';

/** Of three segments. */
const [TAKEN, BYTES, KEPT] = [1000, 40_000, 50];
const KIB = 1024;
/** A segment, and a piece of the first block of the next one. */
const FREE = 8192 * KIB + 60 * KIB;

for (const level of ['os', 'disk'] as const) {
  test(`a full disk while the destination is up, level ${level}: what is logged when there is space again outlives kill -9`, async (t) => {
    const disk = smallDisk(t, '40m');
    if (disk === undefined) return;
    const ballast = path.join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(40 * KIB * KIB - FREE));
    await using estate = await Estate.open(t, level, { spool: path.join(disk, 'spool') });
    let isFull = false;
    estate.sink.judge = ({ from, records }) => {
      const isLate = records.some((record) => Number(readEvent(record).data.n) > TAKEN);
      return isFull && (!isLate || from === 'heir') ? 'take' : { status: 503 };
    };
    const plan: Omit<FullDiskPlan, keyof Estate['common']> = {
      who: 'app',
      seed: 1,
      taken: TAKEN,
      bytes: BYTES,
      kept: KEPT,
      ballast,
    };
    const { lines, signal } = await estate.run('full-disk.ts', plan, {
      onLine: (line) => {
        isFull ||= line.startsWith('full');
      },
    });
    assert.deepEqual(
      [lines, signal],
      [['full true', `taken ${TAKEN}`, `durable app.0 ${TAKEN + KEPT}`, 'safe true'], 'SIGKILL'],
    );
    const counts = await estate.settle();
    assert.equal(counts.delivered, TAKEN + KEPT);
    reportCounts(t, counts);
  });
}
