// `npm run bench:delivery`: what it costs until events are delivered, beside the peers; see docs/benchmarks.md.
import { parseArgs } from 'node:util';
import { installPeers } from '../process/install-peers.ts';
import { lastResults, saveResults } from '../report/results-file.ts';
import { isMet } from '../report/targets.ts';
import { writeDocs } from '../report/write-docs.ts';
import { checkSink } from '../sink/check-sink.ts';
import { measure } from './measure.ts';
import { deliveryReport } from './report.ts';
import type { DeliveryResults } from './results.ts';
import { deliveryTargets } from './targets.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    'warm-up': { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    'latency-rounds': { type: 'string', default: '3' },
    'latency-seconds': { type: 'string', default: '15' },
    /** Show the saved run instead of making one. */
    last: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    /** A missed target is exit status 1. */
    check: { type: 'boolean', default: false },
  },
});

const results = options.last ? lastResults<DeliveryResults>('delivery') : await run();
const report = deliveryReport(results);
console.log(report);
if (options['write-docs']) writeDocs('delivery', report);

const missed = deliveryTargets(results).some((target) => !isMet(target));
if (results.failures.length > 0 || (options.check && missed)) process.exitCode = 1;

async function run(): Promise<DeliveryResults> {
  installPeers();
  await checkSink();
  const made = await measure({
    count: Number(options.count),
    warmUp: Number(options['warm-up']),
    rounds: Number(options.rounds),
    latencyRounds: Number(options['latency-rounds']),
    latencySeconds: Number(options['latency-seconds']),
  });
  saveResults('delivery', made);
  return made;
}
