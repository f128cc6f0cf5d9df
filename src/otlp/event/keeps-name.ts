import { CONVENTIONAL, EVENT } from '../values/event-attributes.ts';
import { BEYOND_LIMITS } from '../wire/forward-writer.ts';
import type { EncodableEvent } from './encodable-event.ts';
import { promotedOf } from './promoted-of.ts';

/**
 * Whether a key of the data keeps a name that is written of other events: it is one of the conventions, its value is
 * text as theirs are, and nothing else of this event has it.
 */
export function keepsName(event: EncodableEvent, key: string, value: unknown): boolean {
  return CONVENTIONAL.has(key) && isText(value, event.isCopy === true) && !isWritten(event, key);
}

/** @throws {@link BEYOND_LIMITS} for what may become text: the copy tells */
function isText(value: unknown, isCopy: boolean): boolean {
  if (typeof value === 'string') return true;
  if (typeof value === 'number') return !Number.isFinite(value);
  if (!isCopy && value !== null && (typeof value === 'object' || typeof value === 'symbol'))
    throw BEYOND_LIMITS;
  return false;
}

function isWritten(event: EncodableEvent, name: string): boolean {
  switch (name) {
    case EVENT.sessionId:
      return event.sessionId !== undefined;
    case EVENT.previousSessionId:
      return event.previousSessionId !== undefined;
    case EVENT.errorType:
    case EVENT.exceptionType:
    case EVENT.exceptionMessage:
    case EVENT.exceptionStacktrace:
      return event.failure !== undefined;
    default:
      return (event.promoted ?? promotedOf(event.context)).some(([attribute]) => attribute === name);
  }
}
