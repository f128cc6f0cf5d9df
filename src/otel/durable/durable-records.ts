import { counted } from '../../counted.ts';
import { Accounts, type Ledger, OTLP_SINK, SPAN_SINK } from '../../delivery/ledger/accounts.ts';
import { meteredOtlp } from '../../delivery/metered-sink.ts';
import { forgetEnd, watchEnd, watchSignals } from '../../delivery/process-end.ts';
import { serveOtlp } from '../../delivery/serve-otlp.ts';
import { readEnvironment } from '../../delivery/settings/environment.ts';
import { grpcPortWarning } from '../../delivery/settings/environment-warnings.ts';
import { otlpSettings } from '../../delivery/settings/otlp-settings.ts';
import { STORAGE_CHECKS, type StorageOptions } from '../../delivery-options.ts';
import { OtelEventsError } from '../../errors.ts';
import { givenOf } from '../../options.ts';
import type { ReadableScope } from '../../otlp/sdk/encode-envelope.ts';
import type { RecordSignal } from '../../otlp/wire/batch.ts';
import type { RecordKind } from '../../spool/log/record-kind.ts';
import { Outbox } from '../../spool/outbox.ts';
import { performance, within } from '../../time.ts';
import { MetricsWatch } from '../metrics/metrics-watch.ts';
import { DurableKinds, type PendingResource } from './durable-kinds.ts';
import { checkDurableOptions, type DurableProcessorOptions } from './durable-options.ts';
import { durableReport } from './durable-report.ts';
import { DurableWaitingRoom } from './durable-waiting-room.ts';

/** What an SDK hands to a processor, whichever signal it is. */
export interface DurableItem {
  readonly resource: PendingResource;
  readonly instrumentationScope: ReadableScope;
}

/** How items of one signal are read. */
export interface DurableReader<T> {
  readonly signal: RecordSignal;
  /** The name in the ledger. */
  readonly nameOf: (item: T) => string;
  /** @returns a view of a buffer that is used again */
  readonly encode: (item: T) => Uint8Array;
}

/** An encoded record that waits for its resource. */
interface Waiting {
  readonly resource: PendingResource;
  readonly scope: ReadableScope;
  readonly name: string;
  readonly field: Uint8Array;
}

/** Why nothing is taken. */
type RefusalReason = 'closed' | 'disabled';

const FLUSH_TIMEOUT_MS = 10_000;
const EXIT_TIMEOUT_MS = 5_000;
/** The most that may wait in memory for a resource. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const UNREADABLE = '(unreadable)';
const NOUN = { logs: 'log record', traces: 'span' } as const;

/** What the two durable processors have in common: items of an SDK into a spool, and out of it. */
export class DurableRecords<T extends DurableItem> {
  readonly #reader: DurableReader<T>;
  readonly #sink: string;
  readonly #outbox: Outbox;
  readonly #accounts = new Accounts();
  readonly #kinds: DurableKinds;
  readonly #waiting: DurableWaitingRoom<Waiting>;
  readonly #report: (error: OtelEventsError) => void;
  readonly #metrics: MetricsWatch | undefined;
  readonly #flushTimeoutMs: number;
  readonly #exitTimeoutMs: number;
  readonly #inFiles: boolean;
  readonly #said = new Set<string>();
  #refusal: RefusalReason | undefined;
  /** After the last turn of the process nobody would write what comes in. */
  #ending = false;
  #closing: Promise<void> | undefined;

  /** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID` */
  constructor(reader: DurableReader<T>, options: DurableProcessorOptions) {
    checkDurableOptions(options);
    const { signal } = reader;
    const { spool, durability, maxBytes = MAX_WAITING_BYTES } = options;
    const env = readEnvironment(process.env);
    const report = durableReport(options.onError);
    const settings = otlpSettings(options, process.env, report);
    this.#reader = reader;
    this.#report = report;
    this.#sink = signal === 'logs' ? OTLP_SINK : SPAN_SINK;
    this.#flushTimeoutMs = options.flushTimeoutMs ?? FLUSH_TIMEOUT_MS;
    this.#exitTimeoutMs = options.exitTimeoutMs ?? EXIT_TIMEOUT_MS;
    this.#inFiles = spool !== undefined && durability !== 'memory';
    this.#refusal = env.disabled ? 'disabled' : undefined;
    this.#outbox = this.#openOutbox(options);
    this.#kinds = new DurableKinds(this.#outbox.spool, signal, this.#sink);
    this.#waiting = new DurableWaitingRoom({
      maxBytes: Math.min(maxBytes, MAX_WAITING_BYTES),
      onReady: (record) => this.#appendWaiting(record),
      onIncomplete: (why) => this.#reportIncomplete(why),
    });
    if (env.disabled) return;
    const { endpoint = '' } = options;
    for (const warning of [...env.unsupported, grpcPortWarning('the option endpoint', endpoint)]) {
      if (warning !== undefined) report(warning);
    }
    const { delayMs, maxBatchSize } = env[signal].batch;
    const { concurrency, flushIntervalMs = delayMs, flushBatchSize = maxBatchSize } = options;
    serveOtlp(this.#outbox, settings, { concurrency, flushIntervalMs, flushBatchSize });
    this.#metrics = new MetricsWatch({
      ledger: () => this.stats(),
      // The SDK counts what its loggers create.
      countsCreated: false,
      describe: (sink) =>
        meteredOtlp(settings, sink === OTLP_SINK ? 'logs' : 'traces', () => this.#outbox.inFlight(sink)),
      onError: report,
    });
    watchEnd(this);
    if (options.handleSignals === true) watchSignals(this);
  }

  /** Takes one item as it is now. Never throws: what cannot be taken is counted. */
  take(item: T): void {
    const name = this.#nameOf(item);
    this.#enter(name);
    if (this.#refusal !== undefined) {
      this.#refuse(name, this.#refusal);
      return;
    }
    try {
      const { resource, instrumentationScope: scope } = item;
      if (this.#waiting.mustWait(resource)) {
        this.#waiting.add({ resource, scope, name, field: this.#reader.encode(item).slice() });
      } else {
        // First the kind: it may encode an envelope, and there is one buffer for all that is encoded.
        const kind = this.#kinds.of(resource, scope, name);
        this.#append(kind, this.#reader.encode(item), name);
      }
    } catch (cause) {
      this.#refuseUnreadable(name, cause);
    }
  }

  stats(): Ledger {
    return this.#accounts.ledger();
  }

  async durable(): Promise<void> {
    await this.#waiting.settled();
    await this.#outbox.spool.durable();
  }

  /** Delivers what there is, for at most `timeoutMs`. What is not delivered then stays where it is. */
  async flush(timeoutMs: number = this.#flushTimeoutMs): Promise<void> {
    await within(timeoutMs, this.#flush());
  }

  /** The same promise at every call. */
  close(): Promise<void> {
    this.#closing ??= this.#close(this.#flushTimeoutMs);
    return this.#closing;
  }

  /** @see EndsWithProcess */
  hasPending(): boolean {
    return this.#waiting.size > 0 || this.#outbox.unsettled > 0;
  }

  /** @see EndsWithProcess */
  async flushAtExit(): Promise<void> {
    await this.#flushForGood(this.#exitTimeoutMs);
    if (this.#outbox.unsettled === 0) return;
    // Nothing keeps the process any longer.
    forgetEnd(this);
    this.saveNow(true);
  }

  /** @see EndsWithProcess */
  saveNow(ending: boolean): void {
    if (this.#inFiles) {
      this.#waiting.giveUp();
      this.#outbox.spool.flushSync();
    }
    if (!ending) return;
    this.#ending = this.#inFiles;
    this.#outbox.spool.release();
    if (this.hasPending() && !this.#isSafe()) this.#reportLost();
  }

  #openOutbox(options: DurableProcessorOptions): Outbox {
    // Disabled means: no directory, and nothing of it is delivered.
    if (this.#refusal !== undefined) return new Outbox({});
    return new Outbox({
      ...givenOf<StorageOptions>(options, STORAGE_CHECKS),
      onError: this.#report,
      onSettled: (log, settlement) => this.#accounts.settled(log, settlement),
      onFound: (log, { name, sinks, end }) => this.#accounts.adopt(log, name, sinks, end),
    });
  }

  /** Whether what is pending outlives the process. */
  #isSafe(): boolean {
    return this.#inFiles && !this.#outbox.spool.failing;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#refusal ??= 'closed';
    const endMs = performance.now() + timeoutMs;
    await this.#flushForGood(timeoutMs);
    await this.#outbox.close(Math.max(0, endMs - performance.now()));
    // Only now: a process that ends meanwhile is still to save what is left.
    forgetEnd(this);
    await this.#metrics?.close();
  }

  async #flush(): Promise<void> {
    await this.#waiting.settled();
    await this.#outbox.flush();
  }

  /** As there is no later: a resource is waited for half of the time. */
  async #flushForGood(timeoutMs: number): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    await within(timeoutMs / 2, this.#waiting.settled());
    this.#waiting.giveUp();
    // What is in files can wait for the next process.
    await within(
      Math.max(0, endMs - performance.now()),
      this.#outbox.flush(this.#inFiles ? 'hurried' : 'last'),
    );
  }

  #appendWaiting({ resource, scope, name, field }: Waiting): void {
    try {
      this.#append(this.#kinds.of(resource, scope, name), field, name);
    } catch (cause) {
      this.#refuseUnreadable(name, cause);
    }
  }

  #append(kind: RecordKind, field: Uint8Array, name: string): void {
    const { spool } = this.#outbox;
    if (spool.append(kind, field) === 0) this.#refuse(name, spool.isClosed ? 'closed' : 'queue_full');
    else if (this.#ending) spool.flushSync();
  }

  #nameOf(item: T): string {
    try {
      return String(this.#reader.nameOf(item));
    } catch {
      return UNREADABLE;
    }
  }

  /** Books a record as pending. The spool settles it under the same name: the books have no fewer names. */
  #enter(name: string): void {
    if (this.#sink === SPAN_SINK) {
      this.#accounts.spans.enter();
      return;
    }
    this.#accounts.event(name).enter();
    this.#accounts.sink(this.#sink).enter();
  }

  #refuse(name: string, reason: RefusalReason | 'queue_full' | 'unreadable'): void {
    const outcome = { column: 'dropped', reason } as const;
    if (this.#sink === SPAN_SINK) this.#accounts.spans.settle(outcome);
    else {
      this.#accounts.event(name).settle(outcome);
      this.#accounts.sink(this.#sink).settle(outcome);
    }
    const noun = `${NOUN[this.#reader.signal]}s`;
    if (reason === 'closed') {
      const message = `${noun} that come after shutdown() are dropped and counted`;
      this.#reportOnce(reason, new OtelEventsError('EVENT_AFTER_CLOSE', message));
    } else if (reason === 'disabled') {
      const message = `OTEL_SDK_DISABLED is true: ${noun} are dropped and counted`;
      const fix = 'unset the variable to send them';
      this.#reportOnce(reason, new OtelEventsError('SDK_DISABLED', message, { fix }));
    }
  }

  #refuseUnreadable(name: string, cause: unknown): void {
    this.#refuse(name, 'unreadable');
    const message = `what the SDK handed over cannot be read, it is dropped and counted (${NOUN[this.#reader.signal]}s)`;
    this.#reportOnce('unreadable', new OtelEventsError('EVENT_INVALID', message, { cause }));
  }

  /** The last moment to say so. */
  #reportLost(): void {
    const count = this.#waiting.size + this.#outbox.unsettled;
    const message = `the process ends with ${counted(count, NOUN[this.#reader.signal])} pending; ${count === 1 ? 'it is' : 'they are'} lost`;
    const fix = 'await shutdown(), or give the option spool, which keeps them for the next process';
    this.#reportOnce('lost', new OtelEventsError('EXPORT_FAILED', message, { fix }));
  }

  #reportIncomplete(why: string): void {
    const message = `the resource is not complete, ${why}: ${NOUN[this.#reader.signal]}s go without the rest of it`;
    const fix = 'look for a resource detector that does not answer';
    this.#reportOnce('incomplete', new OtelEventsError('RESOURCE_INCOMPLETE', message, { fix }));
  }

  #reportOnce(kind: string, error: OtelEventsError): void {
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.#report(error);
  }
}
