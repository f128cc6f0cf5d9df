// `npm run bench:middleware`: what the middleware costs a request, beside the bare framework in the same run.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { FRAMEWORKS, type Framework } from './middleware/frameworks.ts';
import type { ServerResult, Variant } from './middleware/server-program.ts';
import { type Failure, interleave } from './process/interleave.ts';
import { runProgram } from './process/run-program.ts';
import { markdownTable } from './report/markdown-table.ts';
import { median } from './report/median.ts';
import { isMet, type Target, targetsTable } from './report/targets.ts';

const { values: options } = parseArgs({
  options: {
    /** Requests of a round. */
    count: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    /** A missed target is exit status 1. */
    check: { type: 'boolean', default: false },
  },
});

/** What a request may cost more than without the middleware, in µs of CPU. */
const LIMIT_US = 15;

const CONNECTIONS = 10;

const VARIANTS: readonly Variant[] = ['bare', 'context', 'event'];

const HEADERS = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'accept-language': 'de-CH,de;q=0.8,en;q=0.5',
  referer: 'https://shop.example/products?page=2',
  cookie: '_ga=GA1.2.1033501218.1368477899; theme=dark',
};

const frameworks = Object.keys(FRAMEWORKS) as Framework[];
const failures: Failure[] = [];
const measured = await interleave({
  name: 'middleware',
  contenders: frameworks.flatMap((framework) =>
    VARIANTS.map((variant) => `${framework} ${variant}` as const),
  ),
  rounds: Number(options.rounds),
  measure: (contender) => measure(...(contender.split(' ') as [Framework, Variant])),
  onFailure: (failure) => failures.push(failure),
});

const targets: Target[] = frameworks.map((framework) => ({
  what: `context over bare ${framework}, CPU a request`,
  measured: added(framework, 'context'),
  limit: LIMIT_US,
  unit: ' µs',
}));

console.log(`${about()}\n`);
console.log(
  `### CPU µs a request of the server process (medians of ${options.rounds} rounds, lowest–highest)\n`,
);
console.log(markdownTable(frameworks.map(rowOf)));
console.log(`\n${targetsTable(targets)}`);
for (const { contender, message } of failures) console.log(`${contender} failed: ${message}`);
if (failures.length > 0 || (options.check && !targets.every(isMet))) process.exitCode = 1;

/** @returns CPU µs a request */
async function measure(framework: Framework, variant: Variant): Promise<number> {
  const count = Number(options.count);
  let url = '';
  const { cpuUs } = await runProgram<ServerResult>(
    'middleware/server-program.ts',
    { framework, variant },
    async (stage) => {
      const [, port] = /^warm up (\d+)$/.exec(stage) ?? [];
      if (port !== undefined) url = `http://127.0.0.1:${port}/`;
      // Twice the same: the first time the code becomes fast.
      await load(url, count);
    },
  );
  return cpuUs / count;
}

async function load(url: string, amount: number): Promise<void> {
  const { '2xx': answered } = await autocannon({ url, amount, connections: CONNECTIONS, headers: HEADERS });
  if (answered !== amount) throw new Error(`${answered} of ${amount} requests were answered`);
}

/** What is added to the bare framework's cost: the median of the differences within a round. */
function added(framework: Framework, variant: Variant): number | undefined {
  const bare = measured[`${framework} bare`];
  const own = measured[`${framework} ${variant}`];
  if (bare === undefined || own === undefined) return undefined;
  return median(own.map((us, round) => us - (bare[round] as number)));
}

function rowOf(framework: Framework): Record<string, string> {
  return {
    framework: `${framework} ${versionOf(framework)}`,
    bare: range(measured[`${framework} bare`]),
    'with requestContext': range(measured[`${framework} context`]),
    added: added(framework, 'context')?.toFixed(1) ?? '–',
    'with an event a request': range(measured[`${framework} event`]),
    'added ': added(framework, 'event')?.toFixed(1) ?? '–',
  };
}

function range(us: readonly number[] | undefined): string {
  if (us === undefined) return 'failed';
  return `${median(us).toFixed(1)} (${Math.min(...us).toFixed(1)}–${Math.max(...us).toFixed(1)})`;
}

function versionOf(framework: Framework): string {
  if (framework === 'node') return process.versions.node;
  const file = path.join(import.meta.dirname, '..', 'node_modules', framework, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function about(): string {
  const load = (os.loadavg()[0] as number).toFixed(2);
  return `Node ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores, load ${load} at the end, ${options.count} requests a round over ${CONNECTIONS} connections.`;
}
