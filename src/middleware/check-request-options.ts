import types from 'node:util/types';
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
import { proxyHeader, trustProxy } from './proxy-checks.ts';
import type { RequestContextOptions, RequestEventOptions } from './request-context-options.ts';

const PLACE = { caller: 'requestContext' };

const OPTIONS: Checks<RequestContextOptions<never>> = {
  events: {
    wanted: 'an EventLogger',
    accepts: (value) => isMap(value) && typeof value.context === 'function',
  },
  user: fn,
  session: fn,
  sessionCookie: filledText,
  trustProxy,
  proxyHeader,
  ignore: {
    wanted: 'a list of patterns and beginnings of paths',
    accepts: listOf((item) => filledText.accepts(item) || types.isRegExp(item)),
  },
  requestEvents: {
    wanted: 'true, false or an object',
    accepts: (value) => typeof value === 'boolean' || isMap(value),
  },
  onError: fn,
};

const EVENT_OPTIONS: Checks<RequestEventOptions> = {
  name: filledText,
  body: flag,
  maxBodyBytes: whole(0),
  maskKeys: { wanted: 'a list of keys', accepts: listOf(filledText.accepts) },
  query: flag,
};

/**
 * Checks the options of the middleware.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkRequestOptions(options: RequestContextOptions<never>): void {
  checkOptions(options, OPTIONS, PLACE);
  if (options.events === undefined) throw invalidOption('events', OPTIONS.events.wanted, undefined, PLACE);
  const { requestEvents } = options;
  if (isMap(requestEvents))
    checkOptions(requestEvents, EVENT_OPTIONS, { ...PLACE, prefix: 'requestEvents.' });
}
