import { OtelEventsError } from '../errors.ts';
import type { Processor } from './processor.ts';

/**
 * Lets through events of these names only.
 * @throws OtelEventsError `OPTION_INVALID` unless it is a list of names
 */
export function allowNames(names: Iterable<string>): Processor {
  const allowed = new Set<string>();
  for (const name of typeof names === 'string' ? [] : names) {
    if (typeof name !== 'string') throw invalid();
    allowed.add(name);
  }
  if (allowed.size === 0) throw invalid();
  return function allowNames({ name }) {
    return allowed.has(name) ? undefined : null;
  };
}

function invalid(): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', 'allowNames: wanted a list of event names that is not empty');
}
