// `npm run bench:backlog`: what an outage of the receiver costs, and what is left of the events; see docs/benchmarks.md.
import { statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installPeers } from '../process/install-peers.ts';
import { lastResults, saveResults } from '../report/results-file.ts';
import { isMet } from '../report/targets.ts';
import { writeDocs } from '../report/write-docs.ts';
import { checkSink } from '../sink/check-sink.ts';
import { chart } from './chart.ts';
import { figuresOf } from './figures.ts';
import { measure } from './measure.ts';
import { backlogReport } from './report.ts';
import type { BacklogResults } from './results.ts';
import { backlogTargets } from './targets.ts';

const COUNTS = [10_000, 100_000, 1_000_000];
/** With `--long`: about 5 GB of disk. */
const LONG = 10_000_000;
const DISK_BYTES_AN_EVENT = 600;

const { values: options } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '100000' },
    'sdk-count': { type: 'string', default: '100000' },
    /** Show the saved run instead of making one. */
    last: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    /** A missed target is exit status 1. */
    check: { type: 'boolean', default: false },
  },
});

const results = options.last ? lastResults<BacklogResults>('backlog') : await run();
const report = backlogReport(results);
console.log(report);
if (options['write-docs']) {
  writeDocs('backlog', report);
  const file = path.join(import.meta.dirname, '..', '..', 'docs', 'benchmarks-backlog.svg');
  writeFileSync(file, chart(figuresOf(results)));
}

const missed = backlogTargets(results).some((target) => !isMet(target));
if (results.failures.length > 0 || (options.check && missed)) process.exitCode = 1;

async function run(): Promise<BacklogResults> {
  const counts = options.long ? [...COUNTS, LONG] : COUNTS;
  checkDisk(Math.max(...counts) * DISK_BYTES_AN_EVENT);
  installPeers();
  await checkSink();
  const made = await measure({
    counts,
    warmUp: Number(options['warm-up']),
    sdkCount: Number(options['sdk-count']),
    rounds: Number(options.rounds),
  });
  saveResults('backlog', made);
  return made;
}

function checkDisk(bytes: number): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize > bytes) return;
  throw new Error(
    `${tmpdir()}: wanted ${bytes / 1e9} GB free, got ${((bavail * bsize) / 1e9).toFixed(1)} GB`,
  );
}
