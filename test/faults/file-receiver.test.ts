// Files read with `storage`: every line is passed on, whatever ends the collector.

import assert from 'node:assert/strict';
import { appendFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, logsOf, namesInFile, namesSoFar } from '../collector/samples.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { runChild } from '../harness/run-child.ts';
import { SEED, seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';

const KILLS = IS_LONG ? 60 : 5;
/** Read at the same time, a line of each. */
const FILES = 3;

test('a collector that is killed again and again passes over no line, and repeats those in flight at most', async (t) => {
  const dir = tempDir(t);
  const out = path.join(dir, 'out.jsonl');
  const config = {
    receivers: {
      otlp_json_file: {
        include: [path.join(dir, 'in-*')],
        // What was there before the first start; later ones go on.
        start_at: 'beginning',
        poll_interval: '5ms',
        storage: 'file_storage',
      },
    },
    exporters: { file: { path: out, rotation: { max_megabytes: 100 } } },
    extensions: { file_storage: { directory: path.join(dir, 'storage') } },
    service: {
      extensions: ['file_storage'],
      pipelines: { logs: { receivers: ['otlp_json_file'], exporters: ['file'] } },
    },
  };
  const random = seeded(SEED, 16);
  const written: string[] = [];
  let isOver = false;
  const write = async (): Promise<void> => {
    while (!isOver) {
      for (let file = 0; file < FILES; file++) {
        const name = `${written.length}`;
        const at = path.join(dir, `in-${file}`);
        appendFileSync(at, `${JSON.stringify(logsOf(name))}\n`);
        written.push(name);
        if (random.chance(0.01)) renameSync(at, `${at}-${written.length}`);
      }
      await pause(1);
    }
  };
  const writing = write();
  for (let life = 0; life < KILLS; life++) {
    await runChild(
      'collector.ts',
      { config },
      {
        onLine: (line, kill) => {
          if (line.startsWith('listening')) setTimeout(kill, random.below(300));
        },
      },
    );
  }
  isOver = true;
  await writing;
  const last = runChild(
    'collector.ts',
    { config },
    {
      onLine: (line, kill) => {
        if (!line.startsWith('listening')) return;
        const all = (): boolean => new Set(namesSoFar(out)).size === written.length;
        void eventually(all).finally(() => kill('SIGTERM'));
      },
    },
  );
  assert.equal((await last).code, 0);
  const names = namesInFile(out);
  const repeats = names.length - new Set(names).size;
  const counts = { 'lines written': written.length, kills: KILLS, 'lines repeated': repeats };
  reportCounts(t, counts);
  assert.deepEqual(new Set(names), new Set(written));
  // A rotated file, and the one before it, may be read beside the others.
  assert.ok(repeats <= KILLS * (FILES + 1), `${repeats} repeats`);
});
