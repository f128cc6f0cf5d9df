import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';

/**
 * Renders each record of a batch.
 * @throws OtelEventsError for a record that its format refuses or throws at, with `split` if there are others
 */
export function renderBatch<T>(
  records: readonly EventRecord[],
  render: (record: EventRecord) => readonly T[],
): (readonly T[])[] {
  try {
    return records.map(render);
  } catch (cause) {
    const known = cause instanceof OtelEventsError ? cause : undefined;
    if (known?.retry !== undefined) throw cause;
    const {
      code = 'EXPORT_FAILED',
      message = 'a format threw an error',
      reason = 'format_failed',
    } = known ?? {};
    // Alone it is refused as it is: halving would count it against the destination, which has not seen it.
    const split = records.length > 1 ? { split: 'invalid' as const } : {};
    throw new OtelEventsError(code, message, { cause, reason, ...split });
  }
}
