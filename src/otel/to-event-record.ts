import type { EpochTime } from '../event.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import type { Delivery } from './sink.ts';
import { VERSION } from './version.ts';

/** The instrumentation scope of every record and span this library makes. */
export const SCOPE = { name: 'otel-events', version: VERSION } as const;

/** The record that function exporters and formats are given; it shares nothing with the caller's objects. */
export function toEventRecord(
  { event, content }: Pick<Delivery, 'event' | 'content'>,
  resource: EventRecord['resource'],
): EventRecord {
  const { span } = event;
  return {
    timeUnixNano: toNanos(event.time),
    observedTimeUnixNano: toNanos(event.observedTime),
    severityNumber: event.severity,
    eventName: content.name,
    body: content.body,
    attributes: content.attributes,
    ...(span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId }),
    flags: span?.traceFlags ?? 0,
    resource,
    scope: SCOPE,
  };
}

function toNanos([seconds, nanos]: EpochTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}
