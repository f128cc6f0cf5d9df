import { checkDurability, DELIVERY_CHECKS, type DeliveryOptions } from '../../delivery-options.ts';
import { checkOptions, whole } from '../../options.ts';

/**
 * Options of the durable processors; every key is optional. Beside `onError` OTel's `diag` is told what went wrong;
 * without both, standard error.
 */
export interface DurableProcessorOptions extends DeliveryOptions {
  /** The longest that `forceFlush()` and `shutdown()` take, in milliseconds. Default 10,000. */
  readonly flushTimeoutMs?: number;
}

/**
 * Checks the options of a durable processor.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `EXPORT_URL_INVALID`
 */
export function checkDurableOptions(options: DurableProcessorOptions): void {
  checkOptions(options, { ...DELIVERY_CHECKS, flushTimeoutMs: whole(0) });
  checkDurability(options);
}
