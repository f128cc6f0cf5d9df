import { OtelEventsError } from '../errors.ts';
import { kindOf } from '../logger/check-options.ts';
import { nearestName } from '../nearest-name.ts';
import { isNetwork } from './client-address.ts';
import type { RequestContextOptions, RequestEventOptions } from './request-context-options.ts';

interface Check {
  readonly wanted: string;
  readonly accepts: (value: unknown) => boolean;
}

type Checks<Options> = Readonly<Record<keyof Options, Check>>;

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const allOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(accepts);

const fn: Check = { wanted: 'a function', accepts: (value) => typeof value === 'function' };
const flag: Check = { wanted: 'true or false', accepts: (value) => typeof value === 'boolean' };
const text: Check = { wanted: 'a string that is not empty', accepts: isFilled };

const OPTIONS: Checks<RequestContextOptions<never>> = {
  events: {
    wanted: 'an EventLogger',
    accepts: (value) => isMap(value) && typeof value.context === 'function',
  },
  user: fn,
  session: fn,
  sessionCookie: text,
  trustProxy: {
    wanted: 'false, a number of proxies, or a list of addresses and networks such as 10.0.0.0/8',
    accepts: (value) =>
      value === false || isCount(value) || allOf(value, (item) => isFilled(item) && isNetwork(item)),
  },
  proxyHeader: {
    wanted: "'x-forwarded-for' or 'forwarded'",
    accepts: (value) => value === 'x-forwarded-for' || value === 'forwarded',
  },
  ignore: {
    wanted: 'a list of patterns and beginnings of paths',
    accepts: (value) => allOf(value, (item) => isFilled(item) || item instanceof RegExp),
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
  maxBodyBytes: { wanted: 'a whole number, at least 0', accepts: isCount },
  maskKeys: { wanted: 'a list of keys', accepts: (value) => allOf(value, isFilled) },
  query: flag,
};

/**
 * Checks the options of the middleware.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkRequestOptions(options: RequestContextOptions<never>): void {
  if (!isMap(options)) throw invalid('options', 'an object', options);
  check(options, OPTIONS, '');
  if (options.events === undefined) throw invalid('events', OPTIONS.events.wanted, undefined);
  const { requestEvents } = options;
  if (isMap(requestEvents)) check(requestEvents, EVENT_OPTIONS, 'requestEvents.');
}

function check(options: object, checks: Readonly<Record<string, Check>>, prefix: string): void {
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (rule === undefined) throw unknown(key, Object.keys(checks), prefix);
    if (value !== undefined && !rule.accepts(value)) throw invalid(prefix + key, rule.wanted, value);
  }
}

function unknown(key: string, known: readonly string[], prefix: string): OtelEventsError {
  const nearest = nearestName(key, known);
  const fix = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${prefix}${nearest}?`;
  return new OtelEventsError('OPTION_UNKNOWN', `requestContext: there is no option ${prefix}${key}`, { fix });
}

function invalid(key: string, wanted: string, value: unknown): OtelEventsError {
  const message = `requestContext: option ${key}: wanted ${wanted}, got ${kindOf(value)}`;
  return new OtelEventsError('OPTION_INVALID', message);
}
