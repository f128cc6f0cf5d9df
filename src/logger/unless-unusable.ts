import { OtelEventsError } from '../errors.ts';
import type { Diagnostics } from './diagnostics.ts';
import { eventId } from './event-id.ts';

/**
 * Records an event whose name is a text. Such a call never throws because of a schema that cannot be used: that is told
 * once, and the event is not sent, since nobody can tell what of it may leave.
 * @returns the id of the event
 */
export function unlessUnusable(name: string, record: () => string, diagnostics: Diagnostics): string {
  try {
    return record();
  } catch (error) {
    if (!(error instanceof OtelEventsError) || error.code === 'EVENT_INVALID') throw error;
    diagnostics.once(`schema of ${name}`, () => error);
    return eventId(Date.now());
  }
}
