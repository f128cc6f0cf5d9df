import { type DeliveryOptions, STORAGE_CHECKS, type StorageOptions } from '../delivery-options.ts';
import type { OtelEventsError } from '../errors.ts';
import type { Event } from '../event.ts';
import type { Exporter } from '../exporters/exporter.ts';
import { givenOf } from '../options.ts';
import { encodeEvent } from '../otlp/event/encode-event.ts';
import { isOversized } from '../otlp/event/encode-with.ts';
import { type Envelope, encodeEnvelope } from '../otlp/sdk/encode-envelope.ts';
import { encodeSpan, type ReadableSpan } from '../otlp/sdk/encode-span.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { Kinds } from '../spool/kinds.ts';
import type { Outcome } from '../spool/log/outcome.ts';
import type { RecordKind } from '../spool/log/record-kind.ts';
import { Outbox } from '../spool/outbox.ts';
import type { Patience } from '../spool/send/flushes.ts';
import type { PostBelow } from '../spool/send/otlp-transport.ts';
import { within } from '../time.ts';
import type { EmittedReporter } from './emitted-reporter.ts';
import { exporterTransport } from './exporters/exporter-transport.ts';
import type { Account, SinkAccount } from './ledger/account.ts';
import { type Accounts, OTLP_SINK, SPAN_SINK, type Ticket } from './ledger/accounts.ts';
import type { EmittedCounts, NameCount } from './ledger/emitted-counts.ts';
import { loadEmittedReporter } from './load-emitted-reporter.ts';
import { OVERSIZED, SCOPE } from './scope.ts';
import { serveOtlp } from './serve-otlp.ts';
import type { OtlpSettings } from './settings/otlp-settings.ts';

/** What an {@link EventSpool} is made of. */
export interface EventSpoolOptions
  extends StorageOptions,
    Pick<DeliveryOptions, 'concurrency' | 'flushIntervalMs' | 'flushBatchSize'> {
  readonly accounts: Accounts;
  /** Whether the end of the process was announced already: nobody comes a second time to save what it holds. */
  readonly isEnding?: boolean;
  readonly exporters: readonly Exporter[];
  /** Asked once, for the first event. */
  readonly resource: () => AttributeMap;
  /** Asked once, when the first event is to leave over OTLP. */
  readonly otlp: () => OtlpSettings;
  readonly maxAttributes: number | undefined;
  readonly maxValueLength: number | undefined;
  readonly onError: (error: OtelEventsError) => void;
}

/** Events of one name with one choice of sinks. */
interface Kind {
  readonly record: RecordKind;
  /** The same kind for events that may be more than log stores take; made for the first of them. */
  oversized: RecordKind | undefined;
  readonly event: Account;
  /** What is reported of those that leave over OTLP. */
  readonly emitted: NameCount | undefined;
}

/** Encoded before any event: encoding another thing ends the life of a field. */
interface Headers {
  readonly usual: Envelope;
  readonly oversized: Envelope;
}

/** A choice of sinks in the spool, and beside it. */
export interface SpoolSinks {
  readonly sinks: readonly string[];
  /** The accounts of all sinks of the choice, those beside the spool included. */
  readonly accounts: readonly SinkAccount[];
  readonly kinds: Map<string, Kind>;
}

/** Names of which a choice of sinks remembers the kind; beyond it they are looked up for each event. */
const MAX_KINDS = 10_000;

const EXPORTER_BATCH = 512;

/** For what an exporter does to let go of its files and connections; by then its records are settled. */
const EXPORTER_CLOSE_MS = 2000;

/** Our own pipeline: each event is encoded once, into the spool, and every sink is served from there. */
export class EventSpool {
  readonly #options: EventSpoolOptions;
  readonly #outbox: Outbox;
  readonly #accounts: Accounts;
  #known: Headers | undefined;
  #spanKinds: Kinds | undefined;
  #servesOtlp = false;
  /** Reports what was emitted, once somebody asks for it. */
  #reporter: EmittedReporter | undefined;
  #hasAnswer = false;
  /** After the last turn of the process nobody would write what comes in. */
  #ending = false;

  constructor(options: EventSpoolOptions) {
    const { accounts, onError } = options;
    this.#options = options;
    this.#accounts = accounts;
    this.#outbox = new Outbox({
      ...givenOf<StorageOptions>(options, STORAGE_CHECKS),
      onError,
      onSettled: (log, settlement) => {
        accounts.settled(log, settlement);
        if (settlement.sink === OTLP_SINK) accounts.emitted?.settled(settlement, log === this.#outbox.spool);
      },
      onFound: (log, { name, sinks, end }) => accounts.adopt(log, name, sinks, end),
    });
    for (const exporter of options.exporters) this.#serveExporter(exporter);
    if (options.isEnding === true) this.saveNow(true);
  }

  get unsettled(): number {
    return this.#outbox.unsettled;
  }

  /** @see Outbox.inFlight */
  inFlight(sink: string): number {
    return this.#outbox.inFlight(sink);
  }

  /** The log that the events of this process are in. */
  get log(): { readonly end: number } {
    return this.#outbox.spool;
  }

  /** Whether what is pending outlives the process. */
  get isDurable(): boolean {
    const { directory, failing } = this.#outbox.spool;
    return directory !== undefined && !failing;
  }

  /** Begins to send events and spans over OTLP. */
  serveOtlp(): void {
    if (this.#servesOtlp) return;
    this.#servesOtlp = true;
    const onAsked = this.#accounts.emitted && this.#heard;
    serveOtlp(this.#outbox, this.#options.otlp(), { ...this.#options, onAsked });
  }

  /** Whether the end of the process has something to tell the receiver beside what is pending. */
  get isToReport(): boolean {
    return this.#reporter?.isWanted ?? false;
  }

  /**
   * Takes one event; never throws for what it holds.
   * @returns what the sinks beside the spool settle
   */
  append(event: Event, sinkSet: SpoolSinks): Ticket | undefined {
    const { spool } = this.#outbox;
    const kind = sinkSet.kinds.get(event.name) ?? this.#kindOf(event.name, sinkSet);
    const field = this.#encode(event);
    const record = isOversized() ? this.#oversized(kind, event.name, sinkSet) : kind.record;
    const taken = spool.append(record, field);
    if (taken === record.mask) kind.emitted?.add(event.time[0]);
    if (this.#ending) spool.flushSync();
    if (sinkSet.accounts.length === 1 && taken !== 0) {
      kind.event.enter();
      (sinkSet.accounts[0] as SinkAccount).enter();
      return undefined;
    }
    const ticket =
      taken === 0
        ? this.#accounts.open(kind.event, sinkSet.accounts)
        : this.#accounts.open(kind.event, sinkSet.accounts, spool, spool.end);
    if (taken !== record.mask) this.#refuse(ticket, event, record, taken);
    return ticket;
  }

  #encode(event: Event): Uint8Array {
    const { maxAttributes, maxValueLength } = this.#options;
    return encodeEvent(event, maxAttributes, maxValueLength);
  }

  /** Takes a span that has ended. */
  appendSpan(span: ReadableSpan): void {
    const { spool } = this.#outbox;
    this.#spanKinds ??= new Kinds(spool, 'traces', this.#headers().usual, [SPAN_SINK]);
    this.#accounts.spans.enter();
    if (spool.append(this.#spanKinds.of(span.name), encodeSpan(span)) === 0)
      this.#accounts.spans.settle(this.#refusal());
    if (this.#ending) spool.flushSync();
  }

  durable(): Promise<void> {
    return this.#outbox.spool.durable();
  }

  /** @see Outbox.flush */
  flush(patience: Patience): Promise<void> {
    return this.#outbox.flush(patience);
  }

  /** The process ends: as a flush, and what was emitted is reported. */
  async flushAtExit(patience: Patience): Promise<void> {
    await this.#outbox.flush(patience);
    await this.#reporter?.end();
  }

  /** @see Outbox.flushOrSave */
  flushOrSave(): Promise<void> {
    return this.#outbox.flushOrSave();
  }

  async close(timeoutMs: number): Promise<void> {
    await this.#outbox.close(timeoutMs);
    await this.#reporter?.close();
    await within(EXPORTER_CLOSE_MS, Promise.all(this.#options.exporters.map(closeQuietly)));
  }

  /** The process ends: what is in memory goes to the files now, and so does what still comes in. */
  saveNow(ending: boolean): void {
    this.#ending ||= ending;
    if (ending) this.#outbox.spool.release();
    this.#outbox.spool.flushSync();
  }

  #serveExporter(exporter: Exporter): void {
    const { flushIntervalMs = 0, flushBatchSize = EXPORTER_BATCH } = this.#options;
    this.#accounts.sink(exporter.name);
    this.#outbox.serve(exporter.name, {
      transport: exporterTransport(exporter),
      flushIntervalMs: exporter.flushIntervalMs ?? flushIntervalMs,
      maxCount: exporter.flushBatchSize ?? flushBatchSize,
    });
  }

  #kindOf(name: string, { kinds, sinks }: SpoolSinks): Kind {
    const { spool } = this.#outbox;
    const record = spool.kind('logs', this.#headers().usual, name, sinks);
    // The spool has one name for all beyond a bound, and settles under that.
    const kind: Kind = {
      record,
      oversized: undefined,
      event: this.#accounts.event(spool.name(record.nameId)),
      emitted: sinks.includes(OTLP_SINK) ? this.#accounts.emitted?.name(name) : undefined,
    };
    if (kinds.size < MAX_KINDS) kinds.set(name, kind);
    return kind;
  }

  #oversized(kind: Kind, name: string, { sinks }: SpoolSinks): RecordKind {
    kind.oversized ??= this.#outbox.spool.kind('logs', this.#headers().oversized, name, sinks);
    return kind.oversized;
  }

  #headers(): Headers {
    if (this.#known === undefined) {
      const resource = { attributes: this.#options.resource() };
      this.#known = {
        usual: encodeEnvelope(resource, SCOPE),
        oversized: encodeEnvelope(resource, { ...SCOPE, attributes: OVERSIZED }),
      };
    }
    return this.#known;
  }

  #refuse(ticket: Ticket, { name, time }: Event, { cursors }: RecordKind, taken: number): void {
    const { emitted } = this.#accounts;
    for (const { sink, bit } of cursors) {
      const isTaken = ((taken >>> bit) & 1) === 1;
      const isReported = sink === OTLP_SINK;
      if (isTaken) {
        if (isReported) emitted?.name(name)?.add(time[0]);
        continue;
      }
      const refusal = this.#refusal();
      if (isReported) emitted?.ended(name, refusal);
      this.#accounts.settle(ticket, this.#accounts.sink(sink), refusal);
    }
  }

  /** What the first receiver is to know of is counted from the start, for any other from when it asks. */
  readonly #heard = (asked: string | undefined, post: PostBelow): void => {
    const counts = this.#accounts.emitted as EmittedCounts;
    const isFirst = !this.#hasAnswer;
    this.#hasAnswer = true;
    if (asked === undefined && this.#reporter === undefined) {
      if (isFirst) counts.restart(false);
      return;
    }
    // A name that is no text is none for receivers either.
    const service = this.#options.resource()['service.name'];
    this.#reporter ??= loadEmittedReporter({
      counts,
      post,
      service: typeof service === 'string' ? service : '',
    });
    this.#reporter.heard(asked, isFirst);
  };

  #refusal(): Outcome {
    return { column: 'dropped', reason: this.#outbox.spool.isClosed ? 'closed' : 'queue_full' };
  }
}

/** Nothing is lost when it fails: there is nobody to tell. */
async function closeQuietly(exporter: Exporter): Promise<void> {
  await exporter.close?.().catch(() => {});
}
