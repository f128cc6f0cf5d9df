import { requireBeside } from '../require-beside.ts';
import type { EventSpool, EventSpoolOptions } from './event-spool.ts';

/** Makes an {@link EventSpool}; apps whose own SDK takes the events never load it. */
export function loadEventSpool(options: EventSpoolOptions): EventSpool {
  const loaded = requireBeside<typeof import('./event-spool.ts')>(import.meta, './event-spool');
  return new loaded.EventSpool(options);
}
