/**
 * `npm run bench:viewer`: what the viewer's store takes in, and how quickly it answers, beside plain SQLite with FTS5 and DuckDB.
 *
 *     npm run bench:viewer                              a million rows of one day
 *     npm run bench:viewer -- --rows 10000000 --alone   ten days, asked for the last one
 *     npm run bench:viewer -- --keep                    asks what the last run has filled
 *
 * DuckDB (70 MB) is brought into `bench/viewer/peers` when it is needed.
 *
 * The first answer is that of a reader that has just opened the files: nothing is in its memory, though it may be in the system's.
 */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ReadStore } from '../../src/viewer/store/read/read-store.ts';
import { quantile } from '../collector/quantile.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { openDuckStore } from './duck-store.ts';
import { type IngestFigures, ingestStore } from './ingest.ts';
import type { LiveRun } from './live-run.ts';
import { PlainStore } from './plain-store.ts';
import { benchQuestions, samplesOf } from './questions.ts';
import { daysOf, requestFile } from './request-file.ts';

const { values: options } = parseArgs({
  options: {
    /** A million of them are a day. */
    rows: { type: 'string', default: '1000000' },
    /** How often each question is asked of the store; of the others three times. */
    times: { type: 'string', default: '20' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'otel-events-bench-viewer') },
    /** Nothing stands beside the store: to fill others takes long for many rows. */
    alone: { type: 'boolean', default: false },
    /** For so many seconds rows come in while questions are asked; needs `npm run build`. */
    live: { type: 'string', default: '25' },
    /** In how many MiB the viewer is held then, page cache included; by a control group, which root may make. */
    held: { type: 'string', default: 'not,900,350' },
    /** Asks what an earlier run of as many rows has filled. */
    keep: { type: 'boolean', default: false },
  },
});

const rows = Number(options.rows);
const days = daysOf(rows);
const file = requestFile(rows);
const directory = path.join(options.directory, 'store');
/** The most that any question may take, of many days with the range of one. */
const DAY_GOAL_MS = 500;
/** Columns and rows that a reader holds in memory. */
const cacheBytes = 96 * 1024 * 1024;

console.log(
  `Node.js ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores, load ${load()}, ${rows} rows over ${days} days\n`,
);
const filled: Record<string, string>[] = [];
if (!options.keep) filled.push({ '': 'store', ...shown(await ingestStore(file, rows, directory)) });
const plain = options.alone ? undefined : new PlainStore(path.join(options.directory, 'plain'), options.keep);
const duck = options.alone
  ? undefined
  : await openDuckStore(path.join(options.directory, 'duck'), options.keep);
for (const [name, other] of Object.entries({ 'plain SQLite': plain, DuckDB: duck })) {
  if (other !== undefined && !options.keep) filled.push({ '': name, ...shown(await other.fill(file, rows)) });
}
if (filled.length > 0) console.log(`${markdownTable(filled)}\n`);

const store = new ReadStore({ directory, cacheBytes });
const table: Record<string, string>[] = [];
for (const question of benchQuestions(samplesOf(store), days)) {
  const fresh = new ReadStore({ directory, cacheBytes });
  const cold = await timed(() => question.store(fresh));
  fresh.close();
  question.store(store);
  const [warm, ofPlain, ofDuck]: [Timed[], Timed[], Timed[]] = [[], [], []];
  for (let time = 0; time < Number(options.times); time++) {
    warm.push(await timed(() => question.store(store)));
    // In turns, so that what else the machine does slows all.
    if (plain !== undefined && time < 3) ofPlain.push(await timed(() => question.plain(plain)));
    if (duck !== undefined && time < 3) ofDuck.push(await timed(() => question.duck(duck)));
  }
  const p50 = of(warm, 0.5, 'cpuMs');
  const answers = [cold, ofPlain[0], ofDuck[0]].flatMap((one) => (one ? [JSON.stringify(one.value)] : []));
  table.push({
    question: question.name,
    'CPU p50 ms': p50.toFixed(1),
    'wall p50': of(warm, 0.5, 'ms').toFixed(1),
    'wall p95': of(warm, 0.95, 'ms').toFixed(1),
    'first CPU': cold.cpuMs.toFixed(1),
    'first wall': cold.ms.toFixed(1),
    goal: String(days > 1 ? DAY_GOAL_MS : question.goalMs),
    ...(plain === undefined ? {} : beside('plain', ofPlain, p50)),
    ...(duck === undefined ? {} : beside('DuckDB', ofDuck, p50)),
    answer: new Set(answers).size === 1 ? (answers[0] as string) : answers.join(' / '),
  });
}
console.log(markdownTable(table));
store.close();
plain?.db.close();
await duck?.close();
if (options.live !== '0') {
  console.log(`\n${options.live} s of 5,000 rows a second, while questions are asked one after the other:\n`);
  const run: LiveRun = {
    directory,
    days,
    seconds: Number(options.live),
    rowsPerSecond: 5000,
    held: options.held.split(','),
  };
  const program = path.join(import.meta.dirname, 'live-run.ts');
  spawnSync(process.execPath, [program, JSON.stringify(run)], { stdio: 'inherit' });
}
console.log(`\nload at the end ${load()}, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB resident`);

function load(): string {
  return os.loadavg().map(Math.round).join(' ');
}

function shown(figures: IngestFigures): Record<string, string> {
  const { rowsPerSecond, cpuUsPerRow, quarters, bytesPerRow, writtenPerRow } = figures;
  return {
    'rows/s': String(rowsPerSecond),
    'CPU µs a row': String(cpuUsPerRow),
    'by quarter': quarters.join(', '),
    'bytes a row': String(bytesPerRow),
    'written a row': String(writtenPerRow ?? '–'),
  };
}

interface Timed {
  readonly value: unknown;
  readonly ms: number;
  /** Of the process: other processes on the machine lengthen it less. */
  readonly cpuMs: number;
}

/** The columns of another one that was asked the same. @param p50 - of the store */
function beside(name: string, asked: readonly Timed[], p50: number): Record<string, string> {
  const cpuMs = of(asked, 0.5, 'cpuMs');
  return { [`${name} CPU p50`]: cpuMs.toFixed(1), [`${name} / store`]: (cpuMs / p50).toFixed(1) };
}

function of(list: readonly Timed[], part: number, key: 'ms' | 'cpuMs'): number {
  return quantile(
    list.map((one) => one[key]),
    part,
  );
}

async function timed(work: () => unknown): Promise<Timed> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const value = await work();
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return { value, ms, cpuMs: (user + system) / 1000 };
}
