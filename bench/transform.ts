// `npm run bench:transform`: what the transforms in front of VictoriaLogs cost the real collector. CPU of its process
// an event, of collector.yaml without them, with the first of them and with both, in turns, into a real VictoriaLogs.
// Events are those that every benchmark logs, and flat ones.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EventLogger } from '../src/index.ts';
import { cpuMicros } from '../test/harness/cpu-micros.ts';
import { rowsTaken } from '../test/services/rows-taken.ts';
import { type Otelcol, startOtelcol } from '../test/services/start-otelcol.ts';
import { startVictorialogs, type Victorialogs } from '../test/services/start-victorialogs.ts';
import { NAME, numberedData } from './event.ts';
import { markdownTable } from './report/markdown-table.ts';
import { median } from './report/median.ts';

const collectorYaml = path.join(import.meta.dirname, '../collector/collector.yaml');

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '15' },
  },
});

const MAX_MS = 120_000;

/** What the pipeline of the store has for processors. */
const SETUPS = {
  without: ['memory_limiter'],
  names: ['memory_limiter', 'transform/victorialogs'],
  'names and limits': ['memory_limiter', 'transform/victorialogs', 'transform/victorialogs_limits'],
} as const;

type Setup = keyof typeof SETUPS;

const EVENTS = {
  nested: numberedData,
  flat: (seq: number) => ({
    seq,
    sku: 'A-12345',
    qty: 3,
    price: 12.5,
    paid: true,
    currency: 'EUR',
    method: 'card',
    coupon: null,
    referrer: 'https://example.org/some/page?with=query',
    agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0',
  }),
} as const;

type Kind = keyof typeof EVENTS;

/** Microseconds of the collector's CPU an event, one a round. */
type Figures = Record<Kind, Record<Setup, number[]>>;

await bench(Number(options.count), Number(options.rounds));

async function bench(count: number, rounds: number): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-bench-'));
  await using running = new AsyncDisposableStack();
  running.defer(() => rmSync(dir, { recursive: true, force: true }));
  const store = running.adopt(await startVictorialogs({ dir: path.join(dir, 'store') }), (one) => one.stop());
  const collectors = new Map<Setup, Otelcol>();
  for (const [name, processors] of Object.entries(SETUPS) as [Setup, readonly string[]][]) {
    const started = await startOtelcol({
      configs: [collectorYaml],
      yaml: `service: { pipelines: { logs/store: { processors: [${processors.join(', ')}] } } }`,
      env: { OTEL_EVENTS_VICTORIALOGS: store.url },
      dir: path.join(dir, name),
    });
    collectors.set(
      name,
      running.adopt(started, (one) => one.stop()),
    );
  }
  const none = (): Record<Setup, number[]> => ({ without: [], names: [], 'names and limits': [] });
  const figures: Figures = { nested: none(), flat: none() };
  // The first round is for warming up.
  for (let round = -1; round < rounds; round++) {
    for (const [name, collector] of collectors) {
      for (const kind of Object.keys(EVENTS) as Kind[]) {
        const cpuUs = await measure(collector, store, count, EVENTS[kind]);
        if (round >= 0) figures[kind][name].push(cpuUs);
      }
    }
  }
  report(figures);
}

/** From the first event until the store has all of them. */
async function measure(
  collector: Otelcol,
  store: Victorialogs,
  count: number,
  data: (seq: number) => object,
): Promise<number> {
  const events = new EventLogger({
    endpoint: collector.endpoint,
    app: { name: 'shop', version: '1.4.0' },
    logLevel: 'none',
  });
  const [cpu, rows] = [cpuMicros(collector.pid), await rowsTaken(store)];
  for (let seq = 0; seq < count; seq++) events.log(NAME, data(seq));
  const { acked } = await events.close();
  if (acked !== count) throw new Error(`${acked} of ${count} events acknowledged`);
  for (const deadlineMs = Date.now() + MAX_MS; (await rowsTaken(store)) < rows + count; await sleep(100)) {
    if (Date.now() > deadlineMs)
      throw new Error(`${(await rowsTaken(store)) - rows} of ${count} events stored`);
  }
  return (cpuMicros(collector.pid) - cpu) / count;
}

function report(figures: Figures): void {
  const rows = Object.entries(figures).flatMap(([kind, { without, ...others }]) =>
    Object.entries(others).map(([name, values]) => ({
      events: kind,
      'with the transforms for': name,
      'without, µs': median(without).toFixed(1),
      'with, µs': median(values).toFixed(1),
      ratio: `${median(values.map((value, round) => value / (without[round] ?? Number.NaN))).toFixed(2)}x`,
    })),
  );
  console.log('The collector’s CPU an event, medians of rounds in turn:\n');
  console.log(markdownTable(rows));
}
