import type { Signal } from '../../otlp/wire/batch.ts';
import { OWN_METRICS } from './metric-table.ts';
import type { Counter, Tally } from './tally.ts';

/** How receivers are reached, as labels. */
export type TransportName = 'http' | 'grpc' | 'file';

type Key = `${'accepted' | 'refused'} ${Signal} ${TransportName}`;

/** Counts for the collector's own metrics what a receiver took and refused, by signal and protocol. */
export class ReceiverCounts {
  readonly #tally: Tally;
  readonly #receiver: string;
  readonly #counters = new Map<Key, Counter>();

  /** @param transports - what the receiver speaks: those counters are there from the start, so that the first one is seen to go up */
  constructor(
    tally: Tally,
    receiver: string,
    signals: readonly Signal[],
    transports: readonly TransportName[],
  ) {
    this.#tally = tally;
    this.#receiver = receiver;
    for (const transport of transports) {
      for (const signal of signals) {
        this.#of('accepted', signal, transport);
        this.#of('refused', signal, transport);
      }
    }
  }

  accepted(signal: Signal, transport: TransportName, count: number): void {
    this.#of('accepted', signal, transport).value += count;
  }

  refused(signal: Signal, transport: TransportName, count: number): void {
    this.#of('refused', signal, transport).value += count;
  }

  /** @param reason - an HTTP status, the name of a gRPC code, or `broken_line` */
  refusedRequest(transport: TransportName, reason: string): void {
    const labels = { receiver: this.#receiver, transport, reason };
    this.#tally.counter(OWN_METRICS.refusedRequests, labels).value += 1;
  }

  #of(what: 'accepted' | 'refused', signal: Signal, transport: TransportName): Counter {
    const key: Key = `${what} ${signal} ${transport}`;
    const there = this.#counters.get(key);
    if (there !== undefined) return there;
    const counter = this.#tally.counter(OWN_METRICS[what][signal], { receiver: this.#receiver, transport });
    this.#counters.set(key, counter);
    return counter;
  }
}
