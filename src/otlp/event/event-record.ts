import type { AttributeMap, AttributeValue } from '../values/attribute-value.ts';

/**
 * One event as an OpenTelemetry log record in memory: what function exporters and formats are given.
 * @see OpenTelemetry specification, "logs/data-model"
 */
export interface EventRecord {
  /** When it happened, nanoseconds since the epoch. */
  readonly timeUnixNano: bigint;
  /** When the logger was called, nanoseconds since the epoch. */
  readonly observedTimeUnixNano: bigint;
  /** 1-24; 9 is INFO, 17 is ERROR. */
  readonly severityNumber: number;
  readonly eventName: string;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  /** 32 lowercase hex digits. */
  readonly traceId?: string;
  /** 16 lowercase hex digits. */
  readonly spanId?: string;
  /** W3C trace flags; 1 is sampled. */
  readonly flags: number;
  readonly resource: { readonly attributes: AttributeMap };
  readonly scope: { readonly name: string; readonly version?: string; readonly attributes?: AttributeMap };
}
