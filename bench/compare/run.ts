// `npm run bench:compare -- --base REV`: what this checkout costs beside another commit, in CPU time, in turns.
import { parseArgs } from 'node:util';
import type { Throughput, ThroughputJob } from '../delivery/throughput-program.ts';
import { interleave } from '../process/interleave.ts';
import { runProgram } from '../process/run-program.ts';
import { about, aboutText } from '../report/about.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { median as medianOf } from '../report/median.ts';
import { startSink } from '../sink/start-sink.ts';
import { CALLS } from './calls.ts';
import type { CallsJob, CallsResult } from './calls-program.ts';
import { checkOut } from './check-out.ts';
import { ratioOf } from './ratio-of.ts';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'HEAD~1' },
    pairs: { type: 'string', default: '20' },
    /** Only cases whose name holds this. */
    only: { type: 'string', default: '' },
    /** Where the upper end of an interval lies above it, the exit status is 1. */
    'at-most': { type: 'string' },
  },
});

const LEVELS = ['memory', 'os', 'disk'] as const;
const DELIVERED = 50_000;

using base = checkOut(options.base);
const sides = { before: base.root, after: new URL('../..', import.meta.url).pathname };
type Side = keyof typeof sides;

const cases = [
  ...CALLS.map((name) => ({ name, measure: (side: Side) => callCost(sides[side], name) })),
  ...LEVELS.map((level) => ({
    name: `delivered, ${level}`,
    measure: (side: Side) => deliveryCost(sides[side], level),
  })),
].filter(({ name }) => name.includes(options.only));

console.log(`${options.pairs} pairs of this checkout and ${options.base}. ${aboutText(about())}\n`);
const rows = [];
for (const { name, measure } of cases) {
  const { before = [], after = [] } = await interleave<Side, number>({
    name,
    contenders: ['before', 'after'],
    rounds: Number(options.pairs),
    measure,
    onFailure: ({ message }) => {
      throw new Error(`${name}: ${message}`);
    },
  });
  const row = { name, before, ...ratioOf(after, before) };
  rows.push(row);
  // All of them may take an hour: whoever stops early has something.
  console.error(`${name}: ${row.median.toFixed(3)} (${row.low.toFixed(3)} to ${row.high.toFixed(3)})`);
}
console.log(
  markdownTable(
    rows.map(({ name, before, median, low, high }) => ({
      'CPU an event': name,
      'before, µs': medianOf(before).toFixed(2),
      'after/before': median.toFixed(3),
      '95 % interval': `${low.toFixed(3)} to ${high.toFixed(3)}`,
    })),
  ),
);
const { 'at-most': most } = options;
if (most !== undefined && rows.some(({ high }) => high > Number(most))) process.exitCode = 1;

async function callCost(root: string, name: (typeof CALLS)[number]): Promise<number> {
  const job: CallsJob = { root, name };
  return (await runProgram<CallsResult>('compare/calls-program.ts', job)).cpuUs;
}

/** CPU of the process that logs, until all is delivered. */
async function deliveryCost(root: string, level: (typeof LEVELS)[number]): Promise<number> {
  const sink = await startSink();
  try {
    const contender = `otel-events ${level}` as const;
    const job: ThroughputJob = { contender, sinkUrl: sink.url, warmUp: 10_000, count: DELIVERED, root };
    const { cpuUs, lost } = await runProgram<Throughput>('delivery/throughput-program.ts', job);
    if (lost > 0) throw new Error(`${lost} events lost`);
    return cpuUs / DELIVERED;
  } finally {
    await sink.stop();
  }
}
