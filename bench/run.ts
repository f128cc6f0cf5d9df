// `npm run bench`: what one call costs, beside the SDK's own Logger.emit in the same run.
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { Bench } from 'tinybench';
import { EventLogger } from '../src/index.ts';
import { allowNames } from '../src/processors/index.ts';
import { DATA, NAME } from './event.ts';

/** Takes every record and keeps none: what is left is the cost of making it. */
const discard: LogRecordProcessor = {
  onEmit() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

const provider = new LoggerProvider({ processors: [discard] });
const sdkLogger = provider.getLogger('bench');
const events = new EventLogger({ app: { name: 'bench' }, loggerProvider: provider });
const routed = new EventLogger({
  app: { name: 'bench' },
  loggerProvider: provider,
  processors: [allowNames([NAME]), ({ severity }) => (severity < 5 ? null : undefined)],
});
const scope = events.track('bench.scope');

/** What `events.log()` makes of the data: the id is the one attribute more. */
const SAME_ATTRIBUTES = { 'log.record.uid': '01a2019f-2da5-7000-8031-af25af2a36fa', ...DATA };

const bench = new Bench({ time: 2000, warmupTime: 500 });
bench
  .add('JSON.stringify of the data', () => void JSON.stringify(DATA))
  .add('SDK Logger.emit, same attributes', () =>
    sdkLogger.emit({
      eventName: NAME,
      severityNumber: 9,
      body: NAME,
      attributes: SAME_ATTRIBUTES,
      context: ROOT_CONTEXT,
    }),
  )
  .add('events.log()', () => void events.log(NAME, DATA))
  .add(
    'events.log() with options',
    () => void events.log(NAME, DATA, { category: 'shop', tags: ['web'], userId: 'u1' }),
  )
  .add('events.log(), three contexts and two processors', () => void routed.log(NAME, DATA), {
    beforeAll: () => {
      routed.enterContext('request', { ip: '10.0.0.1', path: '/cart', request_id: 'r-1' });
      routed.enterContext('user', { user_id: 'u1' });
      routed.enterContext('experiment', { variant: 'b' });
    },
  })
  .add('scope.log()', () => void scope.log(NAME, DATA))
  .add('events.track(), empty', () => events.track('bench.empty', () => {}));

await bench.run();

const baseline = microseconds('SDK Logger.emit, same attributes');
console.log(
  `Node ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores, ${JSON.stringify(DATA).length} bytes of data\n`,
);
console.table(
  Object.fromEntries(
    bench.tasks.map(({ name }) => [
      name,
      {
        'µs a call (median)': microseconds(name).toFixed(2),
        'x SDK emit': (microseconds(name) / baseline).toFixed(2),
      },
    ]),
  ),
);
console.log(`import 'otel-events' (built): ${importCost()} of CPU beside a bare Node`);

function microseconds(name: string): number {
  const { result } = bench.getTask(name) ?? {};
  if (result?.state !== 'completed') throw new Error(`${name} did not complete`);
  return result.latency.p50 * 1000;
}

function importCost(): string {
  const built = new URL('../dist/index.js', import.meta.url).href;
  const cpuMs = (code: string): number => {
    const script = `${code}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;
    const runs = Array.from({ length: 11 }, () =>
      Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })),
    );
    return runs.sort((a, b) => a - b)[5] as number;
  };
  return `${(cpuMs(`await import('${built}')`) - cpuMs('')).toFixed(1)} ms`;
}
