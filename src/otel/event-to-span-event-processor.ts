import { type Context, trace } from '@opentelemetry/api';
import type { EpochTime } from '../event.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { copyToSpan } from './copy-to-span.ts';

/** The part of an SDK's log record that is read. */
export interface EmittedLogRecord {
  readonly eventName?: string | undefined;
  readonly hrTime: EpochTime;
  /** Wider than an {@link AttributeMap}, since the types of SDK 2.x and 3.x are; both keep only such values. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * A log record processor for the app's own `LoggerProvider`: copies every event (a record with a name) to
 * the span that is active when it is emitted, so that viewers of traces show it.
 * @see OTEP 4430, "log-based events bridge to span events"
 */
export class EventToSpanEventProcessor {
  /** Copies an event to the active span. Never throws for what is in it. */
  onEmit(record: EmittedLogRecord, context?: Context): void {
    const span = context === undefined ? undefined : trace.getSpan(context);
    if (!record.eventName || span === undefined) return;
    copyToSpan(span, record.eventName, record.attributes as AttributeMap, record.hrTime);
  }

  /** Nothing is held back. */
  async forceFlush(): Promise<void> {}

  /** Nothing is to be closed. */
  async shutdown(): Promise<void> {}
}
