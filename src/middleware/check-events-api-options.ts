import type { EventsApiOptions } from './events-api-options.ts';
import {
  type Checks,
  checkKeys,
  flag,
  fn,
  invalidOption,
  isMap,
  listOf,
  proxyHeader,
  text,
  trustProxy,
} from './option-checks.ts';

const CALLER = 'eventsApi';

const isPositive = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

const OPTIONS: Checks<EventsApiOptions<never>> = {
  events: {
    wanted: 'an EventLogger',
    accepts: (value) => isMap(value) && typeof value.record === 'function',
  },
  authorize: fn,
  schemas: { wanted: 'a list of ids of schemas', accepts: listOf(text.accepts) },
  maxBodyBytes: { wanted: 'a whole number, at least 1', accepts: isPositive },
  rate: {
    wanted: 'a whole number, at least 1, or false',
    accepts: (value) => value === false || isPositive(value),
  },
  cors: { wanted: 'a list of origins such as https://shop.example', accepts: listOf(isOrigin) },
  stream: flag,
  path: {
    wanted: 'a path such as /api/events',
    accepts: (value) => typeof value === 'string' && /^(\/[\w.~-]+)+$/.test(value),
  },
  trustProxy,
  proxyHeader,
};

/**
 * Checks the options of the routes for events.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkEventsApiOptions(options: EventsApiOptions<never>): void {
  if (!isMap(options)) throw invalidOption(CALLER, 'options', 'an object', options);
  checkKeys(CALLER, options, OPTIONS);
  if (options.events === undefined) throw invalidOption(CALLER, 'events', OPTIONS.events.wanted, undefined);
}

/** As browsers write it. `*` and `null` are none: they would let every page in. */
function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && /^https?:/.test(value) && URL.parse(value)?.origin === value;
}
