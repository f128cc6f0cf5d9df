/**
 * `npm run bench:viewer`: what the viewer's store takes in, and how quickly it answers, beside plain SQLite with FTS5.
 *
 *     npm run bench:viewer                              a million rows of one day
 *     npm run bench:viewer -- --rows 10000000 --alone   ten days, asked for the last one
 *     npm run bench:viewer -- --keep                    asks what the last run has filled
 *
 * The first answer is that of a reader that has just opened the files: nothing is in its memory, though it may be in the system's.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ReadStore } from '../../src/viewer/store/read/read-store.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { type IngestFigures, ingestStore } from './ingest.ts';
import { liveFigures } from './live.ts';
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
    /** Nothing stands beside the store: a fill of plain SQLite takes long for many rows. */
    alone: { type: 'boolean', default: false },
    /** For so many seconds rows come in while questions are asked; needs `npm run build`. */
    live: { type: 'string', default: '25' },
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
if (!options.keep) filled.push({ '': 'store', ...shown(ingestStore(file, rows, directory)) });
const plain = options.alone ? undefined : new PlainStore(path.join(options.directory, 'plain'), options.keep);
if (plain !== undefined && !options.keep) {
  filled.push({ '': 'plain SQLite', ...shown(plain.fill(file, rows)) });
}
if (filled.length > 0) console.log(`${markdownTable(filled)}\n`);

const store = new ReadStore({ directory, cacheBytes });
const table = benchQuestions(samplesOf(store), days).map((question) => {
  const fresh = new ReadStore({ directory, cacheBytes });
  const cold = timed(() => question.store(fresh));
  fresh.close();
  question.store(store);
  const [warm, other]: [Timed[], Timed[]] = [[], []];
  for (let time = 0; time < Number(options.times); time++) {
    warm.push(timed(() => question.store(store)));
    // In turns, so that what else the machine does slows both.
    if (plain !== undefined && time < 3) other.push(timed(() => question.plain(plain)));
  }
  const of = (list: readonly Timed[], part: number, key: 'ms' | 'cpuMs'): number =>
    quantile(
      list.map((one) => one[key]),
      part,
    );
  const p50 = of(warm, 0.5, 'cpuMs');
  const row = {
    question: question.name,
    'CPU p50 ms': p50.toFixed(1),
    'wall p50': of(warm, 0.5, 'ms').toFixed(1),
    'wall p95': of(warm, 0.95, 'ms').toFixed(1),
    'first CPU': cold.cpuMs.toFixed(1),
    'first wall': cold.ms.toFixed(1),
    goal: String(days > 1 ? DAY_GOAL_MS : question.goalMs),
  };
  const answer = JSON.stringify(cold.value);
  if (plain === undefined) return { ...row, answer };
  const plainP50 = of(other, 0.5, 'cpuMs');
  const plainAnswer = JSON.stringify(other[0]?.value);
  return {
    ...row,
    'plain CPU p50': plainP50.toFixed(1),
    'plain / store': (plainP50 / p50).toFixed(1),
    answer: answer === plainAnswer ? answer : `${answer} / plain ${plainAnswer}`,
  };
});
console.log(markdownTable(table));
store.close();
if (options.live !== '0') {
  console.log(`\n${options.live} s of 5,000 rows a second, while questions are asked one after the other:\n`);
  const live = { directory, days, seconds: Number(options.live), rowsPerSecond: 5000 };
  console.log(markdownTable([await liveFigures(live)]));
}
console.log(`\nload at the end ${load()}, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB resident`);

function load(): string {
  return os.loadavg().map(Math.round).join(' ');
}

function shown({ rowsPerSecond, cpuUsPerRow, quarters, bytesPerRow }: IngestFigures): Record<string, string> {
  return {
    'rows/s': String(rowsPerSecond),
    'CPU µs a row': String(cpuUsPerRow),
    'by quarter': quarters.join(', '),
    'bytes a row': String(bytesPerRow),
  };
}

interface Timed {
  readonly value: unknown;
  readonly ms: number;
  /** Of the process: other processes on the machine lengthen it less. */
  readonly cpuMs: number;
}

function timed(work: () => unknown): Timed {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const value = work();
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return { value, ms, cpuMs: (user + system) / 1000 };
}

function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number;
}
