import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Collector } from '../../collector/run-collector.ts';
import { startCollector } from '../../collector/start-collector.ts';
import { EventLogger } from '../../logger/event-logger.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { showProgress } from '../output/progress.ts';
import { accountLines, countEmitted, countStored, type DemoAccount, isEven } from './demo-account.ts';
import { DemoClock } from './demo-clock.ts';
import { demoConfig } from './demo-config.ts';
import { demoGreeting } from './demo-greeting.ts';
import { makeDice } from './dice.ts';
import { freePort } from './free-port.ts';
import { sendVisitors } from './send-visitors.ts';
import { writeSchemas } from './write-schemas.ts';

const MINUTE_MS = 60_000;

/** How long before now the history begins. */
const HISTORY_MS = 120 * MINUTE_MS;
/** When visitors stop coming where nobody looks on, so that the last of them has left before now. */
const LAST_VISIT_MS = 20 * MINUTE_MS;
/** When the bank is in trouble, before now. */
const TROUBLE = { fromMs: 55 * MINUTE_MS, toMs: 35 * MINUTE_MS };

/** The same history at each start. */
const SEED = 4319;

/** How the demo is run. */
export interface DemoOptions {
  /** Of the page; 0 is any. */
  readonly port: number;
  /** Where files are, and stay. Undefined: in a directory that is removed at the end. */
  readonly directory: string | undefined;
  /** Whether visitors keep coming until the process is told to stop; else it ends behind the history. */
  readonly isLive: boolean;
  /** Told once, where the page is, if it is live. */
  readonly started?: (page: string) => void;
  /** Makes the collector's configuration from where it listens. Default {@link demoConfig}. */
  readonly config?: typeof demoConfig;
}

/**
 * Runs a shop that does not exist, with the collector and the viewer, and accounts for its events.
 * @returns the exit status: 0 if all that was emitted is stored, else 1
 * @throws OtelEventsError `COLLECTOR_START_FAILED`, or what the store has to say of the directory
 */
export async function runDemo(options: DemoOptions): Promise<0 | 1> {
  const { port, config = demoConfig } = options;
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), 'otel-events-demo-'));
  // From here on: a signal that nobody hears leaves the directory behind.
  let endSignals = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    endSignals = onSignal(resolve);
  });
  try {
    writeSchemas(path.join(directory, 'schemas'));
    const places = { port: await freePort(port), otlpPort: await freePort(0), directory };
    const collector = await startCollector({ config: config(places) });
    try {
      const shop = new Shop(collector, directory);
      void stopped.then(() => shop.stop());
      await (options.isLive ? showShop(shop, collector, { ...options, directory, stopped }) : tellShop(shop));
      const account = await shop.close();
      await print(accountLines(account));
      return isEven(account) ? 0 : 1;
    } finally {
      await collector.stop();
    }
  } finally {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    endSignals();
  }
}

/** Without anybody who looks on. */
async function tellShop(shop: Shop): Promise<void> {
  await print(['Two hours of traffic in a shop that does not exist, made up and told at once:']);
  await shop.runOnce();
}

/** Until a signal comes. */
async function showShop(
  shop: Shop,
  { endpoint: otlp, endpoints }: Collector,
  { directory = '', started, stopped }: DemoOptions & { readonly stopped: Promise<void> },
): Promise<void> {
  const page = endpoints.viewer ?? '';
  let endProgress = showProgress(() => 'Making up two hours of traffic …');
  await shop.open();
  endProgress();
  if (shop.isStopped) return print(['']);
  await print(demoGreeting({ page, otlp, directory }));
  started?.(page);
  endProgress = showProgress(() => {
    const { events } = shop.emitted;
    const count = (events.emitted - events.quarantined).toLocaleString('en-US');
    return `  ${count} events so far, ${events.acked.toLocaleString('en-US')} of them confirmed`;
  });
  await stopped;
  endProgress();
  await print(['']);
}

async function print(lines: readonly string[]): Promise<void> {
  const output = new Output();
  for (const line of lines) await output.line(line);
  await output.flush();
}

/** The shop's two services and what goes on in them. */
class Shop {
  readonly #run = randomBytes(4).toString('hex');
  readonly #clock = new DemoClock(Date.now() - HISTORY_MS);
  readonly #viewer: URL;
  readonly #shop: EventLogger;
  readonly #payments: EventLogger;

  constructor({ endpoint, endpoints }: Collector, directory: string) {
    this.#viewer = new URL(endpoints.viewer ?? '');
    const logger = (name: string, version: string): EventLogger =>
      new EventLogger({
        app: { name, version },
        endpoint,
        resource: { 'demo.run': this.#run },
        quarantine: path.join(directory, 'quarantine'),
        flushIntervalMs: 200,
        // What is refused here is meant to be, and counted.
        logLevel: 'error',
        handleSignals: false,
      });
    this.#shop = logger('coffee-shop', '2.3.0');
    this.#payments = logger('payments', '1.8.1');
  }

  /** Lets the history happen, and visitors come from then on. */
  async open(): Promise<void> {
    void this.#sendVisitors();
    await this.#clock.catchUp();
    await this.#flush();
  }

  /** Lets the history happen, and all of its visitors leave. */
  async runOnce(): Promise<void> {
    void this.#sendVisitors(Date.now() - LAST_VISIT_MS);
    await this.#clock.runOut();
    await this.#flush();
  }

  get emitted(): DemoAccount {
    return countEmitted([this.#shop, this.#payments]);
  }

  get isStopped(): boolean {
    return this.#clock.isStopped;
  }

  /** Nobody does anything any more. */
  stop(): void {
    this.#clock.stop();
  }

  /** Ends what is under way, and counts. */
  async close(): Promise<DemoAccount> {
    this.stop();
    await Promise.all([this.#shop.close(), this.#payments.close()]);
    return countStored(this.emitted, this.#viewer, this.#run);
  }

  async #flush(): Promise<void> {
    await Promise.all([this.#shop.flush(), this.#payments.flush()]);
  }

  #sendVisitors(untilMs?: number): Promise<void> {
    const nowMs = Date.now();
    const world = {
      clock: this.#clock,
      dice: makeDice(SEED),
      shop: this.#shop,
      payments: this.#payments,
      trouble: { fromMs: nowMs - TROUBLE.fromMs, toMs: nowMs - TROUBLE.toMs },
    };
    return sendVisitors(world, untilMs);
  }
}
