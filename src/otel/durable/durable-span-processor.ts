import { TraceFlags } from '@opentelemetry/api';
import type { Ledger } from '../../delivery/ledger/accounts.ts';
import type { ReadableScope } from '../../otlp/sdk/encode-envelope.ts';
import { encodeSpan, type ReadableSpan } from '../../otlp/sdk/encode-span.ts';
import type { PendingResource } from './durable-kinds.ts';
import type { DurableProcessorOptions } from './durable-options.ts';
import { DurableRecords } from './durable-records.ts';

/** An SDK's ended span, of SDK 2.x or 3.x. */
export interface DurableSpan extends ReadableSpan {
  readonly resource: PendingResource;
  readonly instrumentationScope: ReadableScope;
}

/**
 * A span processor for any `TracerProvider` or `NodeSDK`, in place of a batch processor and an exporter: the
 * promises of {@link DurableLogRecordProcessor} for spans.
 *
 * @example
 * new NodeSDK({ spanProcessors: [new DurableSpanProcessor({ spool: './spool' })] });
 */
export class DurableSpanProcessor {
  readonly #records: DurableRecords<DurableSpan>;

  /** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID` */
  constructor(options: DurableProcessorOptions = {}) {
    const nameOf = ({ name }: DurableSpan): string => name;
    this.#records = new DurableRecords({ signal: 'traces', nameOf, encode: encodeSpan }, options);
  }

  /** Does nothing: a span is taken when it ends. */
  onStart(): void {}

  /** Takes a sampled span; others are none of its business. Never throws. */
  onEnd(span: DurableSpan): void {
    if (isSampled(span)) this.#records.take(span);
  }

  /**
   * The account of every sampled span since the processor was made: the row `spans`. The other rows are of
   * log records that an earlier process left in the same directory.
   */
  stats(): Ledger {
    return this.#records.stats();
  }

  /** Resolves when every span ended before has reached its durability level. */
  durable(): Promise<void> {
    return this.#records.durable();
  }

  /** Waits until what ended before is settled, for at most `flushTimeoutMs`; `stats()` tells what is still pending. */
  forceFlush(): Promise<void> {
    return this.#records.flush();
  }

  /** Flushes for at most `flushTimeoutMs`. What is left then stays in the spool for the next process. Idempotent. */
  shutdown(): Promise<void> {
    return this.#records.close();
  }
}

/** A span that cannot say so is taken: the ledger will have it. */
function isSampled(span: DurableSpan): boolean {
  try {
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  } catch {
    return true;
  }
}
