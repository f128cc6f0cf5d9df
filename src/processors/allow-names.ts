import { OtelEventsError } from '../errors.ts';
import type { Processor } from './processor.ts';

/**
 * Lets through events of these names only.
 * @throws OtelEventsError `OPTION_INVALID` unless it is a list of names
 */
export function allowNames(names: Iterable<string>): Processor {
  const list = typeof names === 'string' ? [] : [...names];
  if (list.length === 0 || list.some((name) => typeof name !== 'string')) {
    throw new OtelEventsError('OPTION_INVALID', 'allowNames: wanted a list of event names that is not empty');
  }
  const allowed = new Set(list);
  return function allowNames({ name }) {
    return allowed.has(name) ? undefined : null;
  };
}
