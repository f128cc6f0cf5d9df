import { DATA, DATA_PREFIX, RESERVED } from '../values/event-attributes.ts';

/** The attribute that a top-level key of an event's data becomes: reserved names take the prefix `data.`. */
export function attributeName(key: string): string {
  if (RESERVED.has(key) || key === '' || key === '__proto__') return DATA_PREFIX + key;
  return key === DATA || key.startsWith(DATA_PREFIX) ? DATA_PREFIX + key : key;
}
