import type { EventRecord } from '../otlp/event/event-record.ts';
import { bareData, type ReadEvent, readEvent } from '../otlp/event/read-event.ts';
import { isoTime } from './iso-time.ts';
import { plain, plainValue } from './plain.ts';

/** An event as edX event-tracking emits it. */
export interface EdxPayload {
  readonly name: string;
  /** ISO 8601 in UTC: `2012-05-23T10:18:09.123456+00:00`. */
  readonly timestamp: string;
  /** Nearly always an object; a text, a number or a list where the event was given that. */
  readonly data: unknown;
  /** The contexts entered around, merged; `user_id` is always the user of the event. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Renders a record as edX event-tracking wrote it. Bytes become base64; everything else is plain JSON. */
export function edx(record: EventRecord): EdxPayload {
  const event = readEvent(record);
  return {
    name: event.name,
    timestamp: isoTime(record.timeUnixNano),
    data: plainValue(bareData(record, event)),
    context: contextOf(event),
  };
}

/**
 * A user that is known from elsewhere (an option, a session) stands where edX's consumers look for it. The
 * context's own `user_id` keeps its type: edX's are numbers.
 */
function contextOf({ context, userId }: ReadEvent): Record<string, unknown> {
  const fields = plain(context);
  if (userId === undefined || String(fields.user_id) === userId) return fields;
  return { ...fields, user_id: userId };
}
