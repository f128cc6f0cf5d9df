import { OtelEventsError } from '../errors.ts';
import type { EmittedTaker } from '../exporters/batch-exporter.ts';
import { type Consume, SIGNALS, type Signal } from '../otlp/wire/batch.ts';

/** Where requests of each signal go. */
export type Ways = Readonly<Partial<Record<Signal, Consume>>>;

/** Requests that went the same ways. */
interface Flow {
  readonly ways: Ways;
  underWay: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Where what a receiver takes goes in. The receiver stays with it when the pipelines behind it change. */
export class Entry {
  /** By signal; one that no pipeline takes is missing. */
  readonly consume: Ways;
  readonly #consume: Partial<Record<Signal, Consume>> = {};
  #flow = flowInto({});
  #emittedTakers: readonly EmittedTaker[] = [];
  #held: PromiseWithResolvers<void> | undefined;

  constructor() {
    this.consume = this.#consume;
  }

  /** Who is told, at the moment, what loggers have emitted whose records come in here. */
  readonly emittedTakers = (): readonly EmittedTaker[] => this.#emittedTakers;

  /** From now on requests go these ways. @returns a promise for the end of those that went the ways before */
  lead(ways: Ways, emittedTakers = this.#emittedTakers): Promise<void> {
    this.#emittedTakers = emittedTakers;
    const before = this.#flow;
    this.#flow = flowInto(ways);
    for (const signal of SIGNALS) {
      if (ways[signal] === undefined) delete this.#consume[signal];
      else this.#consume[signal] ??= (batch) => this.#take(signal, batch);
    }
    if (before.underWay === 0) before.done.resolve();
    return before.done.promise;
  }

  /** From now on requests wait until they are let go. @returns a promise for the end of those under way */
  hold(): Promise<void> {
    this.#held ??= Promise.withResolvers();
    // The same ways: only to know when those are done that went them before.
    return this.lead(this.#flow.ways);
  }

  /** Requests that wait go on. */
  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Takes a request of any signal. Rejects with `EXPORT_FAILED` and `retry` where no pipeline takes it. */
  readonly send: Consume = async (batch) => {
    const way = this.#consume[batch.signal];
    if (way === undefined) throw noLongerTaken(batch.signal);
    await way(batch);
  };

  readonly #take = async (signal: Signal, batch: Parameters<Consume>[0]): Promise<void> => {
    while (this.#held !== undefined) await this.#held.promise;
    const flow = this.#flow;
    const way = flow.ways[signal];
    if (way === undefined) throw noLongerTaken(signal);
    flow.underWay++;
    try {
      await way(batch);
    } finally {
      flow.underWay--;
      if (flow.underWay === 0 && flow !== this.#flow) flow.done.resolve();
    }
  };
}

/** The entry of an id, made with the first who asks. */
export function entryAt(entries: Map<string, Entry>, id: string): Entry {
  const entry = entries.get(id) ?? new Entry();
  entries.set(id, entry);
  return entry;
}

/** Where an exporter sends something in once more. */
export function replayEntry(entries: Map<string, Entry>, exporter: string): Entry {
  // No receiver has such an id.
  return entryAt(entries, `exporters/${exporter}`);
}

function flowInto(ways: Ways): Flow {
  return { ways, underWay: 0, done: Promise.withResolvers() };
}

/** Why a request is refused when the configuration has changed while it waited, or came. */
export function noLongerTaken(signal: Signal): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', `no pipeline takes ${signal} any more`, { retry: {} });
}
