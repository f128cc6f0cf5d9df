import { PROMOTED } from './promoted.ts';

const OF_REQUEST: ReadonlySet<string> = new Set(Object.values(PROMOTED));

/**
 * Whether an attribute says from where and through what an event was asked for, as middleware writes it on all events
 * of a request: a line about one event has what it says of its own before that.
 */
export function isOfRequest(name: string): boolean {
  return OF_REQUEST.has(name);
}
