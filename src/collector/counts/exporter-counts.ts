import type { Signal } from '../../otlp/wire/batch.ts';
import { OWN_METRICS } from './metric-table.ts';
import type { Counter, Tally, TallyLabels } from './tally.ts';

type What = 'sent' | 'sendFailed' | 'enqueueFailed';

/** A queue as it is now, in what its size is counted in. */
export interface QueueGauges {
  readonly capacity: number;
  readonly size: () => number;
}

/** Counts for the collector's own metrics what became of what an exporter was offered, by signal. */
export class ExporterCounts {
  readonly #tally: Tally;
  readonly #exporter: string;
  readonly #destinations = new Map<Signal, TallyLabels>();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges: (() => void)[] = [];

  constructor(tally: Tally, exporter: string) {
    this.#tally = tally;
    this.#exporter = exporter;
  }

  /** Says where a signal goes; before anything of it is counted. */
  sendsTo(signal: Signal, { address, port = '', path }: Destination): void {
    this.#destinations.set(signal, {
      server_address: address,
      ...(port !== '' && { server_port: port }),
      ...(path !== undefined && { url_path: path }),
    });
  }

  /** Has the counters of the signals at 0, so that the first one is seen to go up. */
  begin(signals: Iterable<Signal>, hasQueue: boolean): void {
    for (const signal of signals) {
      this.#of('sent', signal);
      this.#of('sendFailed', signal);
      if (hasQueue) this.#of('enqueueFailed', signal);
    }
  }

  sent(signal: Signal, count: number): void {
    this.#of('sent', signal).value += count;
  }

  /** What was refused when it was offered: its sender was told. */
  sendFailed(signal: Signal, count: number): void {
    this.#of('sendFailed', signal).value += count;
  }

  /** What found no place in the queue: its sender was told. */
  enqueueFailed(signal: Signal, count: number): void {
    this.#of('enqueueFailed', signal).value += count;
  }

  /** What was taken and is lost. */
  dropped(signal: Signal, count: number, reason: string): void {
    this.sendFailed(signal, count);
    const labels = { exporter: this.#exporter, data_type: signal, reason };
    this.#tally.counter(OWN_METRICS.dropped, labels).value += count;
  }

  queue(signal: Signal, { capacity, size }: QueueGauges): void {
    const labels = { exporter: this.#exporter, data_type: signal };
    this.#gauges.push(
      this.#tally.gauge(OWN_METRICS.queueCapacity, labels, () => capacity),
      this.#tally.gauge(OWN_METRICS.queueSize, labels, size),
    );
  }

  /** The exporter has ended, and so has its queue: an alert must not hang on how full it was. What was counted stays. */
  end(): void {
    for (const remove of this.#gauges.splice(0)) remove();
  }

  #of(what: What, signal: Signal): Counter {
    const key = `${what} ${signal}`;
    const there = this.#counters.get(key);
    if (there !== undefined) return there;
    // As in the OpenTelemetry Collector: what never left does not say where to.
    const destination = what === 'enqueueFailed' ? {} : this.#destinations.get(signal);
    const labels = { exporter: this.#exporter, ...destination };
    const counter = this.#tally.counter(OWN_METRICS[what][signal], labels);
    this.#counters.set(key, counter);
    return counter;
  }
}

/** Where an exporter sends a signal to. */
export interface Destination {
  readonly address: string;
  /** Empty: the usual one. */
  readonly port?: string;
  /** Only over HTTP. */
  readonly path?: string | undefined;
}
