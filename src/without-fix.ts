import type { OtelEventsError } from './errors.ts';

/** The message of an error that is told again in other words, with another way to mend it. */
export function withoutFix({ message, fix }: OtelEventsError): string {
  return fix === undefined ? message : message.replace(` (${fix})`, '');
}
