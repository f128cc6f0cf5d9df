import { setFlagsFromString } from 'node:v8';
import { COMPONENTS } from '../collector/components.ts';
import {
  type Collector,
  type CollectorOptions,
  type LoggingCollector,
  runCollector,
} from '../collector/run-collector.ts';
import { OtelEventsError } from '../errors.ts';
import { garbageCollector } from './garbage-collector.ts';
import { printStats } from './print-stats.ts';

/** For the last lines of standard output and error, when it is time to end. */
const LAST_WRITES_MS = 500;

/**
 * By how much, in percent of what is alive, memory may grow before it is looked through. Requests come and go in large
 * pieces beside a heap that stays small: left alone, V8 looks through it for every dozen of them.
 */
const HEAP_GROWING_PERCENT = 400;

/** What is done beside running. */
export interface RunOptions {
  /** Between two tables of counts on standard output; undefined for none. */
  readonly statsEveryMs?: number | undefined;
  /** Once it listens. */
  readonly started: (collector: LoggingCollector) => void;
  /** After the configuration was read again. @param before - the endpoints until then */
  readonly reloaded?: (collector: LoggingCollector, before: Collector['endpoints']) => void;
}

/**
 * Runs a collector until SIGINT or SIGTERM, of which a second one ends the process at once; SIGHUP reads its configuration
 * again, and a wrong one changes nothing.
 */
export async function runUntilTold(
  config: CollectorOptions['config'],
  { statsEveryMs, started, reloaded }: RunOptions,
): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  // A terminal or a pipe that goes away takes the log with it, and not the collector.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let collector: LoggingCollector | undefined;
  const told = untilTold(() => tellLeftBehind(collector));
  const reloads = new Reloads(reloaded);
  collector = await runCollector(COMPONENTS, { config }, garbageCollector());
  started(collector);
  reloads.serve(collector);
  const printLast =
    statsEveryMs === undefined
      ? undefined
      : printStats(collector, statsEveryMs, (text) => process.stdout.write(text));
  await told;
  reloads.end();
  await collector.stop();
  printLast?.();
  // Everything has had its time: what still waits for the reader of a pipe must not keep the process.
  setTimeout(() => process.exit(), LAST_WRITES_MS).unref();
}

/** Reads the configuration again at SIGHUP: once for all that come before it has been read. */
class Reloads {
  #collector: LoggingCollector | undefined;
  #isAsked = false;
  #isOver = false;
  #isRunning = false;
  readonly #reloaded: RunOptions['reloaded'];

  constructor(reloaded: RunOptions['reloaded']) {
    this.#reloaded = reloaded;
    // From the beginning on: unheard, the signal ends the process.
    process.on('SIGHUP', () => {
      this.#isAsked = true;
      void this.#run();
    });
  }

  /** The collector has started: what has been asked for meanwhile is done now. */
  serve(collector: LoggingCollector): void {
    this.#collector = collector;
    void this.#run();
  }

  /** The collector is being stopped. */
  end(): void {
    this.#isOver = true;
  }

  async #run(): Promise<void> {
    if (this.#collector === undefined || this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isAsked && !this.#isOver) {
      this.#isAsked = false;
      await reload(this.#collector, this.#reloaded);
    }
    this.#isRunning = false;
  }
}

/** Says what came of it. */
async function reload(collector: LoggingCollector, reloaded: RunOptions['reloaded']): Promise<void> {
  const { endpoints } = collector;
  try {
    await collector.reload();
    collector.log('info', 'configuration reloaded');
    reloaded?.(collector, endpoints);
  } catch (error) {
    const problems = error instanceof OtelEventsError ? error.message : String(error);
    for (const problem of problems.split('\n')) collector.log('error', problem);
    collector.log('error', 'configuration not reloaded; the one before runs on');
  }
}

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process at once. */
function untilTold(lastWords: () => void): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (told) {
          lastWords();
          process.exit(130);
        }
        told = true;
        resolve();
      });
    }
  });
}

/** What is lost when the collector does not wait for its queues. */
function tellLeftBehind(collector: LoggingCollector | undefined): void {
  for (const [exporter, { queued: count }] of Object.entries(collector?.stats().exporters ?? {}))
    if (count > 0) collector?.log('error', 'lost', { exporter, count, reason: 'ended_at_once' });
}
