import type { DefinedEvent } from './defined-event.ts';

/** Marks what `defineEvent` has made, whichever copy of the package that was. */
export const DEFINED = Symbol.for('otel-events.defined-event');

/** Whether a value was made by `defineEvent`, of this or another copy of the package. */
export function isDefinedEvent(value: unknown): value is DefinedEvent {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return DEFINED in value;
  } catch {
    // A proxy that throws.
    return false;
  }
}
