import { createRequire } from 'node:module';
import path from 'node:path';
import type { EventSpool, EventSpoolOptions } from './event-spool.ts';

/**
 * Makes an {@link EventSpool}, loading it when it is first needed and in the same turn, since `log()` cannot
 * wait: apps whose own SDK takes the events never load it.
 */
export function loadEventSpool(options: EventSpoolOptions): EventSpool {
  const require = createRequire(import.meta.url);
  const loaded = require(
    `./event-spool${path.extname(import.meta.filename)}`,
  ) as typeof import('./event-spool.ts');
  return new loaded.EventSpool(options);
}
