import types from 'node:util/types';
import {
  type Checks,
  checkKeys,
  count,
  flag,
  fn,
  invalidOption,
  isMap,
  listOf,
  proxyHeader,
  text,
  trustProxy,
} from './option-checks.ts';
import type { RequestContextOptions, RequestEventOptions } from './request-context-options.ts';

const CALLER = 'requestContext';

const OPTIONS: Checks<RequestContextOptions<never>> = {
  events: {
    wanted: 'an EventLogger',
    accepts: (value) => isMap(value) && typeof value.context === 'function',
  },
  user: fn,
  session: fn,
  sessionCookie: text,
  trustProxy,
  proxyHeader,
  ignore: {
    wanted: 'a list of patterns and beginnings of paths',
    accepts: listOf((item) => text.accepts(item) || types.isRegExp(item)),
  },
  requestEvents: {
    wanted: 'true, false or an object',
    accepts: (value) => typeof value === 'boolean' || isMap(value),
  },
  onError: fn,
};

const EVENT_OPTIONS: Checks<RequestEventOptions> = {
  name: text,
  body: flag,
  maxBodyBytes: count,
  maskKeys: { wanted: 'a list of keys', accepts: listOf(text.accepts) },
  query: flag,
};

/**
 * Checks the options of the middleware.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkRequestOptions(options: RequestContextOptions<never>): void {
  if (!isMap(options)) throw invalidOption(CALLER, 'options', 'an object', options);
  checkKeys(CALLER, options, OPTIONS);
  if (options.events === undefined) throw invalidOption(CALLER, 'events', OPTIONS.events.wanted, undefined);
  const { requestEvents } = options;
  if (isMap(requestEvents)) checkKeys(CALLER, requestEvents, EVENT_OPTIONS, 'requestEvents.');
}
