import type { Ledger } from '../../delivery/ledger/accounts.ts';
import type { ReadableScope } from '../../otlp/sdk/encode-envelope.ts';
import { encodeRecord, type ReadableRecord } from '../../otlp/sdk/encode-readable.ts';
import type { PendingResource } from './durable-kinds.ts';
import type { DurableProcessorOptions } from './durable-options.ts';
import { DurableRecords } from './durable-records.ts';

/** An SDK's log record, of SDK 2.x or 3.x. */
export interface DurableLogRecord extends ReadableRecord {
  readonly resource: PendingResource;
  readonly instrumentationScope: ReadableScope;
}

/** The name in the ledger of records that are no events. */
const NO_EVENT = '(log record)';

/**
 * A log record processor for any `LoggerProvider` or `NodeSDK`, in place of a batch processor and an exporter:
 * each record is encoded once, kept in a spool until a collector has it, and accounted for. Nothing of it is
 * lost by a burst, an outage, or, with `spool`, the end of the process.
 *
 * A record is taken as it is when it comes here: put processors that change records before this one.
 *
 * @example
 * new LoggerProvider({ processors: [new DurableLogRecordProcessor({ spool: './spool' })] });
 */
export class DurableLogRecordProcessor {
  readonly #records: DurableRecords<DurableLogRecord>;

  /** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID` */
  constructor(options: DurableProcessorOptions = {}) {
    const nameOf = ({ eventName }: DurableLogRecord): string => eventName || NO_EVENT;
    this.#records = new DurableRecords({ signal: 'logs', nameOf, encode: encodeRecord }, options);
  }

  /** Takes a record. Never throws. */
  onEmit(record: DurableLogRecord): void {
    this.#records.take(record);
  }

  /** The account of every record since the processor was made; records without an event name share a row. */
  stats(): Ledger {
    return this.#records.stats();
  }

  /** Resolves when everything emitted before has reached its durability level. */
  durable(): Promise<void> {
    return this.#records.durable();
  }

  /** Waits until what was emitted before is settled, for at most `flushTimeoutMs`; `stats()` tells what is still pending. */
  forceFlush({ timeoutMillis }: { readonly timeoutMillis?: number | undefined } = {}): Promise<void> {
    return this.#records.flush(timeoutMillis);
  }

  /** Flushes for at most `flushTimeoutMs`. What is left then stays in the spool for the next process. Idempotent. */
  shutdown(): Promise<void> {
    return this.#records.close();
  }
}
