import { OtelEventsError } from '../../errors.ts';

/** A destination refuses some of a batch, and does not say why. */
export function tookPart(name: string, lost: number, count: number): OtelEventsError {
  return new OtelEventsError('EXPORT_PARTIAL', `${name} took only a part: ${lost} of ${count} refused`);
}

/** It refuses one record after the other. */
export function refusesAll(name: string, cause: OtelEventsError): OtelEventsError {
  const fix = 'check the URL and the encoding; what is left waits until it accepts one';
  return failed(`${name} refuses every record: ${cause.message}`, fix, cause);
}

/**
 * It has refused whatever it was given since it was last away: that says nothing about the records.
 * @param doubt - what to check
 */
export function acceptedNothing(name: string, cause: OtelEventsError, doubt: string): OtelEventsError {
  const fix = `${doubt}; what it refuses waits until it accepts something`;
  return failed(`${name} has accepted nothing so far, only refused: ${cause.message}`, fix, cause);
}

function failed(message: string, fix: string, cause: OtelEventsError): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', message, { cause, fix, retry: {} });
}
