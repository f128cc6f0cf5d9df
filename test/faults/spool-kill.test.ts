import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { Spool } from '../../src/spool/spool.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain } from '../spool/fields.ts';

const SPOOL = JSON.stringify(path.join(import.meta.dirname, '../../src/spool/spool.ts'));
const TRIALS = Number(process.env.SPOOL_KILLS ?? 40);

/** Appends, acknowledges, and says on its output what is durable and what is acknowledged. */
const child = (directory: string, level: string): string => `
  const { Spool } = await import(${SPOOL});
  const { writeSync } = await import('node:fs');
  const spool = new Spool({ spool: ${JSON.stringify(directory)}, durability: '${level}', segmentBytes: 65536, tailBytes: 65536 });
  const kind = spool.kind('logs', { resource: Buffer.from('r'), scope: Buffer.from('s') }, 'x', ['a']);
  const cursor = spool.cursor('a');
  let count = 0, acked = 0;
  for (let round = 0; ; round++) {
    for (let burst = 0; burst < 1 + (round % 40); burst++) spool.append(kind, Buffer.from(String(count++).padEnd(50 + (round % 7) * 100)));
    await spool.durable();
    writeSync(1, 'd' + count + '\\n');
    if (round % 3 === 0) {
      const batch = cursor.read(4096);
      acked += batch?.count ?? 0;
      writeSync(1, 'f' + acked + '\\n');
      cursor.ack(batch?.to ?? 0);
      writeSync(1, 'a' + acked + '\\n');
    }
  }
`;

function last(output: string, letter: string): number {
  return Number(
    output
      .split('\n')
      .slice(0, -1)
      .findLast((line) => line.startsWith(letter))
      ?.slice(1) ?? 0,
  );
}

async function killed(code: string, afterMs: number): Promise<string> {
  const run = spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  run.stdout.on('data', (chunk: Buffer) => {
    // The moment counts from the first record on.
    if (output === '') setTimeout(() => run.kill('SIGKILL'), afterMs);
    output += chunk;
  });
  await new Promise((resolve) => run.on('close', resolve));
  return output;
}

for (const level of ['os', 'disk']) {
  test(`killed at a random moment, at level ${level}: nothing durable is missing, nothing acknowledged comes again`, async (t) => {
    let records = 0;
    let parallel: Promise<void>[] = [];
    const trial = async (): Promise<void> => {
      const directory = tempDir(t);
      const output = await killed(child(directory, level), Math.random() * 150);
      const spool = new Spool({ spool: directory });
      const leftovers = await spool.adoptLeftovers();
      const found = leftovers.flatMap((leftover) => {
        const cursor = leftover.cursor('a');
        assert.deepEqual(leftover.damage.stretches, 0);
        return cursor === undefined ? [] : drain(cursor).map(Number);
      });
      spool.close();
      const [durable, inFlight, acked] = [last(output, 'd'), last(output, 'f'), last(output, 'a')];
      const first = found[0] ?? durable;
      assert.ok(
        first >= acked && first <= inFlight,
        `acked ${acked}, in flight up to ${inFlight}, found from ${first}`,
      );
      assert.deepEqual(
        found,
        Array.from({ length: found.length }, (_, index) => first + index),
        'in order, whole',
      );
      assert.ok(first + found.length >= durable, `durable ${durable}, found up to ${first + found.length}`);
      records += durable;
    };
    for (let count = 0; count < TRIALS / 2; count++) {
      parallel.push(trial());
      if (parallel.length < 4) continue;
      await Promise.all(parallel);
      parallel = [];
    }
    await Promise.all(parallel);
    t.diagnostic(`${TRIALS / 2} kills, ${records} durable records`);
  });
}
