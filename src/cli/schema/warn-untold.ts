import { complain } from '../command.ts';
import type { LoadedEvents } from './load-events.ts';

/** Says which events are left out. @returns the exit status: 1 if there are any */
export function warnUntold(name: string, { untold }: LoadedEvents): number {
  for (const event of untold) {
    const fix = 'give defineEvent its jsonSchema';
    complain(
      name,
      'SCHEMA_INVALID',
      `${event} is left out: its library cannot tell its JSON Schema (${fix})`,
    );
  }
  return untold.length > 0 ? 1 : 0;
}
