import { leip } from '../formats/leip.ts';
import type { EventRecord } from '../otlp/event-record.ts';

/** How a record is written: the name of a format, or a function to anything that JSON can hold. */
export type Format = 'leip' | ((record: EventRecord) => unknown);

/** The function behind a {@link Format}. */
export function formatter(format: Format): (record: EventRecord) => unknown {
  return format === 'leip' ? leip : format;
}
