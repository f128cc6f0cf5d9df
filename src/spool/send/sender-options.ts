import type { OtelEventsError } from '../../errors.ts';
import type { SpoolBatch } from '../log/spool-batch.ts';
import type { Transport } from './transport.ts';

/** How a `Sender` works; every time is in milliseconds. */
export interface SenderOptions {
  /** The name of the sink, in messages. */
  readonly name: string;
  readonly transport: Transport;
  /** Requests in flight. Default 1: order holds only then. */
  readonly concurrency?: number;
  /** Of one batch. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Records of one batch. Default: no limit. */
  readonly maxCount?: number;
  /** Items in the records of one batch, of records that are whole requests. Default: no limit. */
  readonly maxItems?: number;
  /** So many bytes are sent without waiting for more. Default: as many as a batch holds. */
  readonly minBytes?: number;
  /** The same of items, of records that are whole requests. Default: none are enough. */
  readonly minItems?: number;
  /** How many items are pending, those in flight included; asked where `minItems` is set. */
  readonly pendingItems?: () => number;
  /** Longest wait for a batch to fill; 0 sends at once. Default 1,000. */
  readonly flushIntervalMs?: number;
  /** Default 500. */
  readonly initialBackoffMs?: number;
  /** Default 30,000; also the interval at which a destination that refuses to talk is tried. */
  readonly maxBackoffMs?: number;
  /**
   * Called for each record that is refused for good, before it is settled as rejected; without an index once for all
   * of a batch some of which were, where the destination does not say which.
   */
  readonly onPoison?: (batch: SpoolBatch, index: number | undefined, reason: string, answer?: string) => void;
  /** Once per outage, once per burst of rejections. */
  readonly onError?: (error: OtelEventsError) => void;
  /** Once, when the sender is closed. */
  readonly onClosed?: () => void;
}

/** What the destination said last, and whether time may mend it. */
export interface Failure {
  readonly error: OtelEventsError;
  readonly mayPass: boolean;
}

/** The options with their defaults. */
export function resolveSender(options: SenderOptions): Required<SenderOptions> {
  const { name, transport, concurrency = 1, flushIntervalMs = 1000 } = options;
  const { maxBytes = 1024 * 1024, maxCount = Number.POSITIVE_INFINITY } = options;
  const { maxItems = Number.POSITIVE_INFINITY, minItems = Number.POSITIVE_INFINITY } = options;
  const { minBytes = Number.POSITIVE_INFINITY, pendingItems = () => 0 } = options;
  const { initialBackoffMs = 500, maxBackoffMs = 30_000 } = options;
  const { onPoison = () => {}, onError = () => {}, onClosed = () => {} } = options;
  return {
    name,
    transport,
    concurrency,
    flushIntervalMs,
    maxBytes,
    maxCount,
    maxItems,
    minBytes,
    minItems,
    pendingItems,
    initialBackoffMs,
    maxBackoffMs,
    onPoison,
    onError,
    onClosed,
  };
}
