import type { Context, Span } from '@opentelemetry/api';
import { OtelEventsError } from '../errors.ts';
import type { Event } from '../event.ts';
import type { Exporter, ExporterFunction } from '../exporters/exporter.ts';
import { saveResultsFile } from '../exporters/results-file.ts';
import type { AttributeMap } from '../otlp/attribute-value.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import { within } from '../spool/within.ts';
import { type Account, Accounts, type Ledger, type Totals } from './accounts.ts';
import { copyToSpan } from './copy-to-span.ts';
import { exporterSink } from './exporter-sink.ts';
import { type ChosenTracer, type Destination, Providers, type ProvidersOptions } from './providers.ts';
import { appAttributes } from './resource/app.ts';
import { type ResourceOptions, resourceAttributes } from './resource/resource.ts';
import type { Delivery, Sink } from './sink.ts';
import { type EventAttributes, toAttributes } from './to-attributes.ts';

export type { Exporter, ExporterFunction };

/** What a pipeline is made of. */
export interface PipelineOptions
  extends Omit<ProvidersOptions, 'accounts' | 'resource' | 'appAttributes' | 'onError'> {
  readonly resource: ResourceOptions;
  readonly exporters: readonly Exporter[];
  readonly onError: (error: OtelEventsError) => void;
}

/** The sink of events that are also saved as `results.json`. */
const OUTPUT_SINK = 'outputPath';

/** The sink in the ledger of events that nothing takes. */
const NO_SINK = 'none';

/** The sinks of an event, with their accounts in the ledger. */
interface Route {
  readonly sinks: readonly Sink[];
  readonly accounts: readonly Account[];
}

/** Takes events from loggers, books them and hands each to its sinks. One for a logger and its children. */
export class Pipeline {
  readonly #accounts = new Accounts();
  readonly #providers: Providers;
  readonly #exporters: readonly Sink[];
  readonly #maxAttributes: number | undefined;
  readonly #onError: (error: OtelEventsError) => void;
  readonly #resource: { readonly attributes: AttributeMap };
  #output: Sink | undefined;
  #closing: Promise<Totals> | undefined;
  readonly #warned = new Set<string>();
  readonly #routes = new Map<Sink, Route>();

  constructor(options: PipelineOptions) {
    const { resource, exporters, onError } = options;
    this.#onError = onError;
    this.#maxAttributes = options.env.logs.maxAttributes;
    this.#resource = lazyResource(resource);
    this.#providers = new Providers({
      ...options,
      appAttributes: appAttributes(resource.app),
      resource: () => this.#resource.attributes,
      accounts: this.#accounts,
    });
    this.#exporters = exporters.map((exporter) => this.#sinkOf(exporter, options));
    for (const { name } of this.#exporters) this.#accounts.sink(name);
  }

  /** How many deliveries are not settled yet. */
  get unsettled(): number {
    return this.#accounts.unsettled;
  }

  /**
   * Takes one event; never throws for what an event holds.
   * @param copyTo - the span that shows the event as a span event, if any
   */
  emit(event: Event, context: Context, copyTo?: Span): EventAttributes {
    const content = toAttributes(event, this.#maxAttributes);
    const { sinks, accounts } = this.#routeFor(event);
    const ticket = this.#accounts.open(event.name, accounts);
    const delivery = { event, context, content, ticket };
    for (const sink of sinks) this.#push(sink, delivery);
    if (copyTo !== undefined) this.#copy(copyTo, event, content);
    return content;
  }

  /** The tracer for the next scope; undefined when its span is not to be exported. */
  tracer(): ChosenTracer | undefined {
    return this.#providers.tracer();
  }

  /** Loads what the first event would have to wait for; runs in a turn of its own, so nothing may be thrown. */
  warmUp(): void {
    try {
      this.#providers.warmUp();
    } catch (cause) {
      const message = 'otlp: the pipeline could not be started; events will be dropped and counted';
      this.#onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
    }
  }

  ledger(): Ledger {
    return this.#accounts.ledger();
  }

  /** Waits, for at most `timeoutMs`, until everything emitted before has been settled. */
  async flush(timeoutMs: number): Promise<Totals> {
    const sinks = [...this.#exporters, this.#output];
    const done = Promise.all([this.#providers.flush(), ...sinks.map((sink) => sink?.flush())]);
    await within(timeoutMs, done);
    return this.#accounts.totals();
  }

  /** Flushes and closes every sink that is ours; what is left after `timeoutMs` counts as dropped. */
  close(timeoutMs: number): Promise<Totals> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<Totals> {
    const sinks = [...this.#exporters, this.#output];
    await Promise.all([this.#providers.close(timeoutMs), ...sinks.map((sink) => sink?.close(timeoutMs))]);
    return this.#accounts.totals();
  }

  /** A sink can run code of the app (its processors): what throws there must not reach the caller. */
  #push(sink: Sink, delivery: Delivery): void {
    try {
      sink.push(delivery);
    } catch (cause) {
      this.#accounts.settle(delivery.ticket, sink.name, 'dropped', 'sink_threw');
      const message = `${sink.name}: taking an event threw, the event is dropped`;
      this.#onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
    }
  }

  #copy(span: Span, event: Event, content: EventAttributes): void {
    try {
      copyToSpan(span, event.name, content.attributes, event.time);
    } catch (cause) {
      const message = "the app's span threw when an event was copied to it; the event is not affected";
      this.#onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
    }
  }

  /** Asking the app's provider for a logger runs code of the app as well. */
  #destination(): Destination {
    try {
      return this.#providers.destination();
    } catch (cause) {
      const message = 'the logger provider threw when it was asked for a logger, the event is dropped';
      this.#onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
      return { reason: 'sink_threw' };
    }
  }

  #routeFor(event: Event): Route {
    if (this.#closing !== undefined) return this.#dropRoute('closed');
    const destination = this.#destination();
    const { outputPath } = event;
    if (destination.sink !== undefined && outputPath === undefined) {
      let route = this.#routes.get(destination.sink);
      if (route === undefined) {
        route = this.#toRoute([destination.sink, ...this.#exporters]);
        this.#routes.set(destination.sink, route);
      }
      return route;
    }
    const sinks = [...this.#exporters];
    if (destination.sink !== undefined) sinks.unshift(destination.sink);
    if (outputPath !== undefined) sinks.push(this.#outputSink());
    if (destination.sink !== undefined) return this.#toRoute(sinks);
    // Who turned OTLP off, by option or variable, misses nothing as long as there are exporters.
    const wanted = destination.reason === 'no_provider' || destination.reason === 'sink_threw';
    return wanted || sinks.length === 0 ? this.#dropRoute(destination.reason, sinks) : this.#toRoute(sinks);
  }

  #toRoute(sinks: readonly Sink[]): Route {
    return { sinks, accounts: sinks.map(({ name }) => this.#accounts.sink(name)) };
  }

  #dropRoute(reason: string, sinks: readonly Sink[] = []): Route {
    return this.#toRoute([...sinks, this.#dropSink(reason)]);
  }

  /** A sink that takes nothing and says so in the ledger. */
  #dropSink(reason: string): Sink {
    this.#warnDropped(reason);
    return {
      name: NO_SINK,
      push: ({ ticket }) => this.#accounts.settle(ticket, NO_SINK, 'dropped', reason),
      flush: async () => {},
      close: async () => {},
    };
  }

  #warnDropped(reason: string): void {
    if (this.#warned.has(reason)) return;
    this.#warned.add(reason);
    if (reason === 'closed') {
      const message = 'events logged after close() are dropped and counted';
      this.#onError(new OtelEventsError('EVENT_AFTER_CLOSE', message, { fix: 'close the logger last' }));
    } else if (reason === 'no_sink') {
      const message = "delivery is 'none' and there are no exporters: events are dropped and counted";
      this.#onError(new OtelEventsError('EVENT_UNROUTED', message, { fix: 'give exporters or a delivery' }));
    }
  }

  #outputSink(): Sink {
    this.#output ??= exporterSink({
      name: OUTPUT_SINK,
      send: async (events) => {
        for (const { record, outputPath } of events) await saveResultsFile(outputPath as string, record);
      },
      flushIntervalMs: 0,
      flushBatchSize: 1,
      resource: this.#resource,
      accounts: this.#accounts,
      onError: this.#onError,
    });
    return this.#output;
  }

  #sinkOf(exporter: Exporter, { flushIntervalMs, flushBatchSize }: PipelineOptions): Sink {
    return exporterSink({
      name: exporter.name,
      send: (events, signal) =>
        exporter.send(
          events.map(({ record }) => record),
          signal,
        ),
      flushIntervalMs: exporter.flushIntervalMs ?? flushIntervalMs ?? 0,
      flushBatchSize: exporter.flushBatchSize ?? flushBatchSize ?? 512,
      resource: this.#resource,
      accounts: this.#accounts,
      onError: this.#onError,
    });
  }
}

/** Read when the first record leaves: detection must not be on the way of an event. */
function lazyResource(options: ResourceOptions): EventRecord['resource'] {
  let attributes: AttributeMap | undefined;
  return {
    get attributes(): AttributeMap {
      attributes ??= Object.freeze(resourceAttributes(options));
      return attributes;
    },
  };
}
