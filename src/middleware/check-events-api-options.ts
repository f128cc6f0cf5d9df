import {
  type Checks,
  checkOptions,
  filledText,
  flag,
  fn,
  invalidOption,
  isMap,
  listOf,
  whole,
} from '../options.ts';
import type { EventsApiOptions } from './events-api-options.ts';
import { proxyHeader, trustProxy } from './proxy-checks.ts';

const PLACE = { caller: 'eventsApi' };

const OPTIONS: Checks<EventsApiOptions<never>> = {
  events: {
    wanted: 'an EventLogger',
    accepts: (value) => isMap(value) && typeof value.record === 'function',
  },
  authorize: fn,
  schemas: { wanted: 'a list of ids of schemas', accepts: listOf(filledText.accepts) },
  maxBodyBytes: whole(1),
  rate: {
    wanted: `${whole(1).wanted}, or false`,
    accepts: (value) => value === false || whole(1).accepts(value),
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
  checkOptions(options, OPTIONS, PLACE);
  if (options.events === undefined) throw invalidOption('events', OPTIONS.events.wanted, undefined, PLACE);
}

/** As browsers write it. `*` and `null` are none: they would let every page in. */
function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && /^https?:/.test(value) && URL.parse(value)?.origin === value;
}
