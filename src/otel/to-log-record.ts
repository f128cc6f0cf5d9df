import type { BookedEvent } from '../delivery/sink.ts';
import type { EventContent } from '../otlp/event/event-content.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import type { ApiLogRecord } from './app-api.ts';

/** What an OTel `Logger` is given for one event. */
export function toLogRecord(
  { event, context }: Pick<BookedEvent, 'event' | 'context'>,
  content: EventContent,
  attributes: AttributeMap = content.attributes,
): ApiLogRecord {
  return {
    eventName: content.name,
    timestamp: event.time as [number, number],
    observedTimestamp: event.observedTime as [number, number],
    severityNumber: event.severity,
    body: content.body,
    attributes,
    context,
  };
}
