import type { Context, Span } from '@opentelemetry/api';
import { CHANNELS } from '../channels.ts';
import type { Event } from '../event.ts';
import { contentOf, type EventContent } from '../otlp/event/event-content.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import type { Outcome } from '../spool/log/outcome.ts';
import { within } from '../time.ts';
import type { Bridge, Copies, Outlet, Outlets } from './bridge.ts';
import { Bursts } from './bursts.ts';
import { DropWarnings } from './drop-warnings.ts';
import type { EventSpool, EventSpoolOptions, SpoolSinks } from './event-spool.ts';
import {
  Accounts,
  type FlushResult,
  type Ledger,
  NO_SINK,
  OTLP_SINK,
  SPAN_SINK,
  type Ticket,
} from './ledger/accounts.ts';
import { EmittedCounts } from './ledger/emitted-counts.ts';
import { loadEventSpool } from './load-event-spool.ts';
import { loadOutputSink } from './load-output-sink.ts';
import { loadQuarantine } from './load-quarantine.ts';
import { type MeteredSink, meteredOtlp } from './metered-sink.ts';
import type { Quarantine } from './quarantine.ts';
import { lazyResource } from './resource/lazy-resource.ts';
import { givenAttributes, type ResourceOptions } from './resource/resource.ts';
import { SDK_ATTRIBUTES } from './resource/sdk-attributes.ts';
import type { OtelEnvironment } from './settings/environment.ts';
import { type OtlpSettings, type OtlpSettingsOptions, otlpSettings } from './settings/otlp-settings.ts';
import type { BookedEvent, Emitted, Sink } from './sink.ts';
import { SinkSetTable } from './sink-set-table.ts';

/** What a pipeline is made of. */
export interface PipelineOptions
  extends Omit<EventSpoolOptions, 'accounts' | 'resource' | 'otlp' | 'maxAttributes' | 'maxValueLength'>,
    OtlpSettingsOptions {
  readonly bridge: Bridge;
  readonly resource: ResourceOptions;
  readonly env: OtelEnvironment;
  /** Directory for events that their schemas refuse. */
  readonly quarantine?: string;
  /** False: no receiver is told what was emitted. */
  readonly reportEmitted?: boolean;
}

/** The reason for events whose names of exporters are all unknown: a warning of its own tells of these. */
const UNKNOWN = 'unknown exporter';

/** Where the events of one choice go: into the spool, and to sinks beside it. */
interface SinkSet extends SpoolSinks {
  readonly beside: readonly Sink[];
}

const NOT_EMITTED = { column: 'dropped', reason: 'not_emitted' } as const;

/** Takes events from loggers, books them and hands each to its sinks. One for a logger and its children. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #accounts: Accounts;
  readonly #outlets: Outlets;
  readonly #resource: { readonly attributes: AttributeMap };
  readonly #exporters: readonly string[];
  readonly #warnings: DropWarnings;
  readonly #bursts: Bursts;
  readonly #copies: Copies;
  readonly #sinkSets = new SinkSetTable<SinkSet>();
  #spool: EventSpool | undefined;
  #quarantine: Quarantine | undefined;
  #otlp: OtlpSettings | undefined;
  #metrics: ReturnType<Bridge['metrics']> | undefined;
  #output: Sink | undefined;
  /** The sinks beside the spool that have been used. */
  readonly #besides = new Set<Sink>();
  #isOwn = false;
  #isEnding = false;
  #closing: Promise<FlushResult> | undefined;

  constructor(options: PipelineOptions) {
    const { bridge, resource, exporters, onError, spool } = options;
    this.#options = options;
    this.#accounts = new Accounts(options.reportEmitted === false ? undefined : new EmittedCounts());
    this.#warnings = new DropWarnings(onError);
    this.#bursts = new Bursts(onError);
    this.#copies = bridge.copies(this.#bursts);
    this.#resource = lazyResource(resource);
    this.#exporters = exporters.map(({ name }) => name);
    for (const name of this.#exporters) this.#accounts.sink(name);
    this.#outlets = bridge.outlets({
      hasSpool: spool !== undefined,
      given: () => givenAttributes(resource),
      resource: () => this.#resource.attributes,
      accounts: this.#accounts,
      onSpan: (span) => this.#spoolOf().appendSpan(span),
    });
  }

  /** How many deliveries are not settled and not given up: an event with two sinks counts twice. */
  get unsettled(): number {
    return this.endingWithProcess + (this.isDurable ? (this.#spool?.unsettled ?? 0) : 0);
  }

  /** Whether its end has something to wait for. */
  get hasPending(): boolean {
    return this.unsettled > 0 || this.#spool?.isToReport === true;
  }

  /** How many of them end with the process: what a sink beside the spool holds is on no disk. */
  get endingWithProcess(): number {
    let sum = this.isDurable ? 0 : (this.#spool?.unsettled ?? 0);
    for (const { name } of this.#besides) sum += this.#accounts.sink(name).pending;
    return sum;
  }

  /** Whether events have gone to a pipeline or an exporter of our own: then the end of the process is our business too. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** Whether what is pending outlives the process. */
  get isDurable(): boolean {
    return this.#spool?.isDurable ?? false;
  }

  /**
   * Takes one event; never throws for what an event holds.
   * @param copyTo - the span that shows the event as a span event, if any
   */
  emit(event: Event, context: Context, copyTo?: Span): Emitted {
    const copied = copyTo !== undefined && this.#copies.isWanted(copyTo);
    let sinkSet: SinkSet;
    let content: EventContent | undefined;
    let ticket: Ticket | undefined;
    try {
      sinkSet = this.#sinkSetFor(event);
      ticket =
        sinkSet.sinks.length === 0
          ? this.#accounts.open(this.#accounts.event(event.name), sinkSet.accounts)
          : this.#spoolOf().append(event, sinkSet);
    } catch (cause) {
      this.#accounts.refuse(event.name, NOT_EMITTED);
      throw cause;
    }
    if (CHANNELS.event.hasSubscribers) {
      CHANNELS.event.publish({ event, sinks: sinkSet.accounts.map(({ name }) => name) });
    }
    if (!copied && sinkSet.beside.length === 0) return { event, content };
    const made = (): EventContent => (content ??= this.contentOf(event));
    const delivery = { event, context, content: made, ticket: ticket as Ticket };
    for (const sink of sinkSet.beside) this.#push(sink, delivery);
    if (copied) this.#copies.add(copyTo, event, made());
    return { event, content };
  }

  /**
   * Books that processors kept an event from sinks.
   * @param isAll - nothing else becomes of the event
   */
  leaveOut(name: string, sinks: readonly string[], as: 'sampled' | 'filtered', isAll: boolean): void {
    const named = sinks.flatMap((sink) => (sink === OTLP_SINK ? this.#otlpSinks() : [sink]));
    this.#accounts.leaveOut(name, named, as, isAll);
  }

  /** Books an event that ends here. */
  refuse(name: string, outcome: Outcome): void {
    this.#accounts.refuse(name, outcome);
  }

  /**
   * Keeps an event that its schema refuses, if there is a directory for such.
   * @returns whether there is
   */
  quarantine(event: Event): boolean {
    const { quarantine: directory } = this.#options;
    if (directory === undefined || this.#closing !== undefined) return false;
    const resource = (): AttributeMap => ({ ...SDK_ATTRIBUTES, ...this.#resource.attributes });
    this.#quarantine ??= loadQuarantine({ directory, resource, onError: this.#options.onError });
    this.#quarantine.add(event);
    if (this.#isEnding) this.#quarantine.flushSync();
    return true;
  }

  /** Counts a failure of a function that the app has given. */
  failed(name: string): void {
    this.#accounts.failed(name);
  }

  contentOf(event: Event): EventContent {
    return contentOf(event, this.#options.env.logs.maxAttributes);
  }

  /**
   * Prepares what the first event would have to wait for, and begins to deliver what earlier processes left.
   * Runs in a turn of its own, so nothing may be thrown.
   */
  warmUp(): void {
    if (this.#closing !== undefined) return;
    this.#metrics ??= this.#options.bridge.metrics({
      ledger: () => ({ ...this.ledger(), refused: this.#accounts.refused }),
      describe: (sink) => this.#describe(sink),
      onError: this.#options.onError,
    });
    try {
      const kind = this.#outlets.warmUp();
      if (kind === 'spool') this.#spoolOf().serveOtlp();
      else if (this.#options.spool !== undefined) this.#spoolOf();
      if (this.#spool !== undefined) void this.#resource.attributes;
    } catch {
      // A provider of the app's that throws: it is asked again for the first event, and reported then.
    }
  }

  ledger(): Ledger {
    return this.#accounts.ledger();
  }

  /** Resolves when all that was emitted before is as safe as its durability level promises. */
  async durable(): Promise<void> {
    await Promise.all([this.#spool?.durable(), this.#quarantine?.durable()]);
  }

  /**
   * Waits, for at most `timeoutMs`, until everything emitted before, and left by earlier processes, has been settled.
   * @param waits - false: not for destinations that are away, where what is pending is safe
   */
  async flush(timeoutMs: number, waits: boolean): Promise<FlushResult> {
    await this.#flush(timeoutMs, (spool) => (waits ? spool.flush('patient') : spool.flushOrSave()));
    const result = this.#accounts.totals();
    this.#accounts.beginPeriod(this.#spool?.log);
    return result;
  }

  /** As `flush`, but does not wait for destinations that are away, where what is pending outlives the process. */
  flushAtExit(timeoutMs: number): Promise<void> {
    return this.#flush(timeoutMs, (spool) => spool.flushAtExit(spool.isDurable ? 'hurried' : 'last'));
  }

  /**
   * Flushes and closes every sink that is ours. What is left after `timeoutMs` stays in the spool directory;
   * without one it counts as dropped.
   */
  close(timeoutMs: number): Promise<FlushResult> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** @see EventSpool.saveNow */
  saveNow(ending: boolean): void {
    this.#isEnding ||= ending;
    this.#spool?.saveNow(ending);
    this.#quarantine?.flushSync();
  }

  async #flush(timeoutMs: number, flushSpool: (spool: EventSpool) => Promise<void>): Promise<void> {
    if (this.#spool === undefined && this.#options.spool !== undefined) this.warmUp();
    const spool = this.#spool && flushSpool(this.#spool);
    await within(timeoutMs, Promise.all([spool, this.#outlets.flush(), this.#output?.flush()]));
  }

  async #close(timeoutMs: number): Promise<FlushResult> {
    await Promise.all([
      this.#spool?.close(timeoutMs),
      this.#outlets.close(timeoutMs),
      this.#output?.close(timeoutMs),
    ]);
    this.#quarantine?.close();
    await this.#metrics?.close();
    return this.#accounts.totals();
  }

  #spoolOf(): EventSpool {
    this.#spool ??= loadEventSpool({
      ...this.#options,
      accounts: this.#accounts,
      isEnding: this.#isEnding,
      resource: () => ({ ...SDK_ATTRIBUTES, ...this.#resource.attributes }),
      maxAttributes: this.#options.env.logs.maxAttributes,
      maxValueLength: this.#options.env.logs.maxValueLength,
      otlp: () => this.#otlpSettings(),
    });
    return this.#spool;
  }

  #otlpSettings(): OtlpSettings {
    this.#otlp ??= otlpSettings(this.#options, process.env, this.#options.onError);
    return this.#otlp;
  }

  /** What the metrics say of a sink beside its counts. */
  #describe(sink: string): MeteredSink {
    const inFlight = (): number => this.#spool?.inFlight(sink) ?? 0;
    if (sink === OTLP_SINK || sink === SPAN_SINK) {
      return meteredOtlp(this.#otlpSettings(), sink === OTLP_SINK ? 'logs' : 'traces', inFlight);
    }
    return this.#exporters.includes(sink) ? { exporter: { type: sink, inFlight } } : {};
  }

  /** A sink can run code of the app (its processors): what throws there must not reach the caller. */
  #push(sink: Sink, booked: BookedEvent): void {
    try {
      sink.push(booked);
    } catch (cause) {
      const outcome = { column: 'dropped', reason: 'sink_threw' } as const;
      this.#accounts.settle(booked.ticket, this.#accounts.sink(sink.name), outcome);
      const message = `${sink.name}: taking an event threw, the event is dropped`;
      this.#bursts.add(`sink ${sink.name}`, 'EXPORT_FAILED', message, { cause });
    }
  }

  /** Asking the app's provider for a logger runs code of the app as well. */
  #outlet(): Outlet {
    try {
      return this.#outlets.outlet();
    } catch (cause) {
      const message = 'the logger provider threw when it was asked for a logger, the event is dropped';
      this.#bursts.add('provider', 'EXPORT_FAILED', message, { cause });
      return { kind: 'none', reason: 'sink_threw' };
    }
  }

  #sinkSetFor(event: Event): SinkSet {
    if (this.#closing !== undefined) return this.#droppingSinkSet('closed', []);
    const outlet = this.#outlet();
    const key = outlet.kind === 'sink' ? outlet.sink : outlet.kind;
    const { exporters, outputPath } = event;
    const known = outputPath === undefined ? this.#sinkSets.get(key, exporters) : undefined;
    if (known !== undefined) return known;
    const sinkSet = this.#sinkSetTo(this.#wanted(outlet, exporters), outputPath !== undefined, exporters);
    if (outlet.kind !== 'none' && outputPath === undefined) this.#sinkSets.set(key, exporters, sinkSet);
    return sinkSet;
  }

  /** The outlet, unless the event is for others only. */
  #wanted(outlet: Outlet, chosen: readonly string[] | undefined): Outlet {
    if (chosen === undefined) return outlet;
    const known = [OTLP_SINK, ...this.#otlpSinks(outlet), ...this.#exporters];
    for (const name of chosen) if (!known.includes(name)) this.#warnings.unknown(name, known);
    const there = chosen.filter((name) => known.includes(name));
    if (there.some((name) => !this.#exporters.includes(name))) return outlet;
    return { kind: 'none', reason: chosen.length > there.length && there.length === 0 ? UNKNOWN : 'no_sink' };
  }

  /** Under which name the outlet stands in the ledger, if records go there. */
  #otlpSinks(outlet: Outlet = this.#outlet()): string[] {
    if (outlet.kind === 'none') return [];
    return [outlet.kind === 'spool' ? OTLP_SINK : outlet.sink.name];
  }

  #sinkSetTo(outlet: Outlet, withOutput: boolean, chosen?: readonly string[]): SinkSet {
    const sinks = this.#exporters.filter((name) => chosen === undefined || chosen.includes(name));
    const beside: Sink[] = withOutput ? [this.#outputSink()] : [];
    if (outlet.kind === 'spool') {
      this.#spoolOf().serveOtlp();
      sinks.unshift(OTLP_SINK);
    } else if (outlet.kind === 'sink') {
      beside.unshift(outlet.sink);
      this.#besides.add(outlet.sink);
    }
    this.#isOwn ||= this.#outlets.isOwn(outlet) || sinks.length > 0 || withOutput;
    if (outlet.kind !== 'none') return this.#toSinkSet(sinks, beside);
    // Who turned OTLP off, by option or variable, misses nothing as long as there are exporters.
    const { reason } = outlet;
    const wanted = reason === 'no_provider' || reason === 'sink_threw';
    const nowhere = sinks.length + beside.length === 0;
    return wanted || nowhere ? this.#droppingSinkSet(reason, sinks, beside) : this.#toSinkSet(sinks, beside);
  }

  #toSinkSet(sinks: readonly string[], beside: readonly Sink[]): SinkSet {
    const names = [...sinks, ...beside.map(({ name }) => name)];
    return { sinks, beside, accounts: names.map((name) => this.#accounts.sink(name)), kinds: new Map() };
  }

  #droppingSinkSet(reason: string, sinks: readonly string[], beside: readonly Sink[] = []): SinkSet {
    return this.#toSinkSet(sinks, [...beside, this.#dropSink(reason)]);
  }

  /** A sink that takes nothing and says so in the ledger. */
  #dropSink(reason: string): Sink {
    this.#warnings.dropped(reason);
    const outcome = { column: 'dropped', reason: reason === UNKNOWN ? 'no_sink' : reason } as const;
    return {
      name: NO_SINK,
      push: ({ ticket }) => this.#accounts.settle(ticket, this.#accounts.sink(NO_SINK), outcome),
      flush: async () => {},
      close: async () => {},
    };
  }

  #outputSink(): Sink {
    this.#output ??= loadOutputSink({
      resource: this.#resource,
      limits: this.#options.env.logs,
      accounts: this.#accounts,
      onError: this.#options.onError,
    });
    this.#besides.add(this.#output);
    return this.#output;
  }
}
