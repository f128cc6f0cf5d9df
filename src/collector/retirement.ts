import { setTimeout } from '../time.ts';
import type { Connector, RunningExtension, RunningReceiver } from './component.ts';
import type { ReceiverStats } from './intake.ts';
import type { ExporterStats, Lane } from './lane.ts';
import type { Log } from './log.ts';
import { closing, type Part } from './part.ts';
import { sumOfExporters, sumOfReceivers } from './sum-stats.ts';

type Named<Running> = readonly [id: string, part: Part<Running>];

/** Parts that a new configuration does not name any more. */
export interface Gone {
  readonly lanes: readonly Named<Lane>[];
  readonly connectors: readonly Named<Connector>[];
  readonly extensions: readonly Named<RunningExtension>[];
  readonly receivers: readonly Named<RunningReceiver>[];
}

/** For requests under way, and for an exporter with nothing left to let go of its connections. */
const CLOSE_MS = 5_000;

/** Between two looks whether a queue is empty. */
const LOOK_MS = 100;

/** Parts that no configuration names any more: they finish what they have taken, and their counts stay. */
export class Retirement {
  readonly #log: Log;
  readonly #lanes = new Set<Named<Lane>>();
  readonly #receivers = new Set<Named<RunningReceiver>>();
  readonly #exporterStats = new Map<string, ExporterStats>();
  readonly #receiverStats = new Map<string, ReceiverStats>();
  readonly #work = new Set<Promise<void>>();
  #stopping = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param settled - the end of the requests that still go to them */
  add(gone: Gone, settled: Promise<unknown>): void {
    const work = this.#finish(gone, settled).finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  /** Gives queues `timeoutMs` more; what they lose then, they say. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#lanes].map(([, part]) => closing(part, () => part.running.close(timeoutMs))));
    await Promise.all(this.#work);
  }

  /** The counts of all that has ended or is about to, each with an id. */
  *exporters(): Iterable<readonly [string, ExporterStats]> {
    yield* this.#exporterStats;
    for (const [id, part] of this.#lanes) yield [id, statsOf(part)];
  }

  *receivers(): Iterable<readonly [string, ReceiverStats]> {
    yield* this.#receiverStats;
    for (const [id, { running }] of this.#receivers) yield [id, running.stats()];
  }

  async #finish(
    { lanes, connectors, extensions, receivers }: Gone,
    settled: Promise<unknown>,
  ): Promise<void> {
    for (const lane of lanes) this.#lanes.add(lane);
    for (const receiver of receivers) this.#receivers.add(receiver);
    await Promise.all(receivers.map((receiver) => this.#finishReceiver(receiver)));
    await settled;
    // What they have gathered goes where it has always gone.
    await Promise.all(connectors.map(([, part]) => closing(part, () => part.running.stop?.())));
    await Promise.all(lanes.map((lane) => this.#finishLane(lane)));
    await Promise.all(extensions.map(([, part]) => closing(part, () => part.running.stop?.())));
  }

  async #finishReceiver(receiver: Named<RunningReceiver>): Promise<void> {
    const [id, part] = receiver;
    await closing(part, () => part.running.stop(CLOSE_MS));
    this.#receivers.delete(receiver);
    add(this.#receiverStats, id, part.running.stats(), sumOfReceivers);
  }

  async #finishLane(lane: Named<Lane>): Promise<void> {
    const [id, part] = lane;
    const { queued } = part.running.stats();
    if (queued > 0 && part.closed === undefined)
      this.#log('info', 'is replaced, and delivers what it has', { exporter: id, count: queued });
    while (part.closed === undefined && part.running.stats().queued > 0 && !this.#stopping) await aMoment();
    await closing(part, () => part.running.close(CLOSE_MS));
    this.#lanes.delete(lane);
    // What it has left in its files is another's now.
    add(this.#exporterStats, id, { ...part.running.stats(), queued: 0 }, sumOfExporters);
  }
}

/** What an exporter has left in its files is its successor's as soon as it is closed. */
function statsOf({ running, closed }: Part<Lane>): ExporterStats {
  const isLeft = closed !== undefined && !running.mayLinger;
  return { ...running.stats(), ...(isLeft && { queued: 0 }) };
}

function add<T>(sums: Map<string, T>, id: string, stats: T, sum: (one: T, other: T) => T): void {
  const before = sums.get(id);
  sums.set(id, before === undefined ? stats : sum(before, stats));
}

function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
