import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event-record.ts';

/**
 * Renders each record of a batch.
 * @throws OtelEventsError for a record that its format refuses, with `split` if there are others
 */
export function renderBatch<T>(
  records: readonly EventRecord[],
  render: (record: EventRecord) => readonly T[],
): (readonly T[])[] {
  try {
    return records.map(render);
  } catch (cause) {
    if (!(cause instanceof OtelEventsError) || cause.retry !== undefined) throw cause;
    const { code, message, reason = 'format_failed' } = cause;
    // Alone it is refused as it is: halving would count it against the destination, which has not seen it.
    const split = records.length > 1 ? { split: 'invalid' as const } : {};
    throw new OtelEventsError(code, message, { cause, reason, ...split });
  }
}
