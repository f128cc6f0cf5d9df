import { counted } from '../../counted.ts';
import type { Accounts, Ticket } from '../../delivery/ledger/accounts.ts';
import { SCOPE } from '../../delivery/scope.ts';
import type { BookedEvent, Sink } from '../../delivery/sink.ts';
import { OtelEventsError } from '../../errors.ts';
import type { Outcome } from '../../spool/log/outcome.ts';
import { within } from '../../time.ts';
import { loadSdk } from '../load-sdk.ts';
import type { SdkLogs, SdkLogsOptions } from '../sdk.ts';
import { toLogRecord } from '../to-log-record.ts';
import type { ExportReport } from './accounting-exporter.ts';

/** What the stock sink needs. */
export interface StockSinkOptions
  extends Pick<SdkLogsOptions, 'resource' | 'url' | 'headers' | 'env' | 'delayMs' | 'maxBatchSize'> {
  readonly accounts: Accounts;
  readonly onError: (error: OtelEventsError) => void;
}

/** The bound of the queue; far above a burst, unlike the SDK's 2,048 records. */
const MAX_QUEUED = 131_072;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** What says that the data were refused, not the request: the collector will not take them later either. */
const REFUSED = new Set([400, 413, 422]);

interface QueuedTicket {
  readonly ticket: Ticket;
  readonly bytes: number;
}

/** The sink `otlp`: the stock pipeline of the OpenTelemetry SDK, with a bound and an account of its own. */
export class StockSink implements Sink {
  readonly name = 'otlp';
  readonly #options: StockSinkOptions;
  readonly #accounts: Accounts;
  readonly #maxQueued: number;
  #logs: SdkLogs | undefined;
  #queued = new Set<QueuedTicket>();
  #queuedBytes = 0;
  #pushed = 0;
  #settled = 0;
  #closed = false;
  #failing = false;
  #dropping = false;
  /** Flushes, each waiting until so many have been settled; batches are settled in order. */
  #waiters: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(options: StockSinkOptions) {
    this.#options = options;
    this.#accounts = options.accounts;
    this.#maxQueued = options.env.logs.batch.maxQueueSize ?? MAX_QUEUED;
  }

  push(booked: BookedEvent): void {
    const { ticket } = booked;
    if (this.#closed) {
      this.#accounts.settle(ticket, this.#accounts.sink(this.name), dropped('closed'));
      return;
    }
    const content = booked.content();
    if (this.#queued.size >= this.#maxQueued || this.#queuedBytes + content.bytes > MAX_QUEUED_BYTES) {
      this.#dropOne(ticket);
      return;
    }
    const sdk = this.#sdk();
    const queued = { ticket, bytes: content.bytes };
    this.#queued.add(queued);
    this.#queuedBytes += content.bytes;
    this.#pushed++;
    if (!sdk.emit(toLogRecord(booked, content), queued)) this.#settle([queued], dropped('disabled'));
  }

  /** Loads the SDK ahead of the first event. */
  warmUp(): void {
    this.#sdk();
  }

  flush(): Promise<void> {
    if (this.#settled >= this.#pushed) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.#waiters.push({ count: this.#pushed, resolve }));
    void this.#sdk().flush();
    return done;
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await within(timeoutMs, this.flush());
    const left = [...this.#queued];
    if (left.length > 0) {
      this.#settle(left, dropped('closed'));
      const message = `otlp: ${counted(left.length, 'event was not delivered before close and is lost', 'events were not delivered before close and are lost')}`;
      this.#options.onError(new OtelEventsError('EXPORT_FAILED', message));
    }
    void this.#logs?.shutdown();
  }

  #sdk(): SdkLogs {
    this.#logs ??= loadSdk().startSdkLogs({
      ...this.#options,
      scope: SCOPE,
      sizeOf: (queued) => (queued as QueuedTicket).bytes,
      onExported: (tickets, report) => this.#onExported(tickets as QueuedTicket[], report),
    });
    return this.#logs;
  }

  #dropOne(ticket: Ticket): void {
    this.#accounts.settle(ticket, this.#accounts.sink(this.name), dropped('queue_full'));
    if (this.#dropping) return;
    this.#dropping = true;
    const message = `otlp: the queue is full (${counted(this.#queued.size, 'event')}), new events are dropped`;
    const fix = 'the collector is away or slower than the app; each drop is counted in stats()';
    this.#options.onError(new OtelEventsError('QUEUE_FULL', message, { fix }));
  }

  #onExported(batch: readonly QueuedTicket[], { refused, failure }: ExportReport): void {
    if (failure === undefined) {
      this.#failing = false;
      this.#dropping = false;
      this.#settle(batch.slice(0, batch.length - refused), { column: 'acked' });
      // The protocol does not say which were refused; the last ones of the batch stand for them.
      this.#settle(batch.slice(batch.length - refused), { column: 'rejected', reason: 'partial_success' });
      if (refused > 0)
        this.#report('EXPORT_PARTIAL', `otlp: the collector refused ${counted(refused, 'event')}`);
    } else {
      const refusedForGood = REFUSED.has(failure.status ?? 0);
      const outcome: Outcome = refusedForGood
        ? { column: 'rejected', reason: `http_${failure.status}` }
        : dropped('export_failed');
      this.#settle(batch, outcome);
      if (!this.#failing) this.#report('EXPORT_FAILED', this.#describe(failure, outcome));
      this.#failing = true;
    }
    if (this.#waiters.length > 0) void this.#sdk().flush();
  }

  #describe({ message, status }: NonNullable<ExportReport['failure']>, { column }: Outcome): string {
    const why = status === undefined ? message : `it answered ${status}`;
    return `otlp: the collector did not take events (${why}); they count as ${column}`;
  }

  #report(code: 'EXPORT_PARTIAL' | 'EXPORT_FAILED', message: string): void {
    const fix = 'check the endpoint and the collector; this is said once per outage, stats() has every event';
    this.#options.onError(new OtelEventsError(code, message, { fix }));
  }

  #settle(batch: readonly QueuedTicket[], outcome: Outcome): void {
    const account = this.#accounts.sink(this.name);
    for (const queued of batch) {
      // What `close` gave up on may still be answered later: that changes nothing any more.
      if (!this.#queued.delete(queued)) continue;
      this.#queuedBytes -= queued.bytes;
      this.#settled++;
      this.#accounts.settle(queued.ticket, account, outcome);
    }
    for (const waiter of this.#waiters) if (this.#settled >= waiter.count) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ count }) => this.#settled < count);
  }
}

function dropped(reason: string): Outcome {
  return { column: 'dropped', reason };
}
