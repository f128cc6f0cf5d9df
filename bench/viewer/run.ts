// `node bench/viewer/run.ts [--rows 1000000]`: what the viewer's store takes in, and how quickly it answers, beside plain SQLite with FTS5.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ReadStore } from '../../src/viewer/store/read/read-store.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { ingestStore } from './ingest.ts';
import { PlainStore } from './plain-store.ts';
import { benchQuestions, samplesOf } from './questions.ts';
import { requestFile } from './request-file.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    /** How often each question is asked. */
    times: { type: 'string', default: '20' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'otel-events-bench-viewer') },
  },
});

const rows = Number(options.rows);
const file = requestFile(rows);
const directory = path.join(options.directory, 'store');

console.log(
  `Node.js ${process.version}, ${os.cpus()[0]?.model}, load ${os.loadavg().map(Math.round).join(' ')}, ${rows} rows\n`,
);
const own = ingestStore(file, rows, directory);
const plainStore = new PlainStore(path.join(options.directory, 'plain'));
const plain = plainStore.fill(file, rows);
console.log(
  markdownTable([
    { '': 'store', ...shown(own) },
    { '': 'plain SQLite', ...shown(plain) },
  ]),
);

const store = new ReadStore({ directory, cacheBytes: 96 * 1024 * 1024 });
const table = benchQuestions(samplesOf(store)).map((question) => {
  const first = timed(() => question.store(store));
  const warm = Array.from({ length: Number(options.times) }, () => timed(() => question.store(store)));
  const other = [0, 1, 2].map(() => timed(() => question.plain(plainStore)));
  const answers = [first.value, other[0]?.value].map((value) => JSON.stringify(value));
  const of = (list: readonly Timed[], part: number, key: 'ms' | 'cpuMs'): number =>
    quantile(
      list.map((one) => one[key]),
      part,
    );
  const [p50, plainP50] = [of(warm, 0.5, 'cpuMs'), of(other, 0.5, 'cpuMs')];
  return {
    question: question.name,
    'CPU p50 ms': p50.toFixed(1),
    'wall p50': of(warm, 0.5, 'ms').toFixed(1),
    'wall p95': of(warm, 0.95, 'ms').toFixed(1),
    first: first.ms.toFixed(1),
    goal: String(question.goalMs),
    'plain CPU p50': plainP50.toFixed(1),
    ratio: (plainP50 / p50).toFixed(1),
    answer: answers[0] === answers[1] ? String(answers[0]) : `${answers[0]} / plain ${answers[1]}`,
  };
});
console.log(`\n${markdownTable(table)}`);
console.log(
  `\nload at the end ${os.loadavg().map(Math.round).join(' ')}, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
);

function shown({ rowsPerSecond, cpuUsPerRow, quarters, bytesPerRow }: typeof own): Record<string, string> {
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
