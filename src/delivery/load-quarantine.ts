import { requireBeside } from '../require-beside.ts';
import type { Quarantine, QuarantineOptions } from './quarantine.ts';

/** Makes a {@link Quarantine}, with the first event that needs it. */
export function loadQuarantine(options: QuarantineOptions): Quarantine {
  const loaded = requireBeside<typeof import('./quarantine.ts')>(import.meta, './quarantine');
  return new loaded.Quarantine(options);
}
