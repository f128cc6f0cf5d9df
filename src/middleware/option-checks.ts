import { isListOf } from '../bounded-list.ts';
import { OtelEventsError } from '../errors.ts';
import { kindOf } from '../kind-of.ts';
import { nearestName } from '../nearest-name.ts';
import { isNetwork } from './client-address.ts';

/** What an option may be. */
export interface Check {
  readonly wanted: string;
  readonly accepts: (value: unknown) => boolean;
}

/** A check for each option. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Accepts a list of which each item is accepted. */
export const listOf =
  (accepts: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    isListOf(value, accepts);

export const fn: Check = { wanted: 'a function', accepts: (value) => typeof value === 'function' };
export const flag: Check = { wanted: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const text: Check = { wanted: 'a string that is not empty', accepts: isFilled };
export const count: Check = { wanted: 'a whole number, at least 0', accepts: isCount };

export const trustProxy: Check = {
  wanted: 'false, a number of proxies, or a list of addresses and networks such as 10.0.0.0/8',
  accepts: (value) =>
    value === false || isCount(value) || listOf((item) => isFilled(item) && isNetwork(item))(value),
};

export const proxyHeader: Check = {
  wanted: "'x-forwarded-for' or 'forwarded'",
  accepts: (value) => value === 'x-forwarded-for' || value === 'forwarded',
};

/**
 * Checks that options are known, and each of them what it may be; `undefined` always may.
 * @param caller - whose options they are, for the message
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkKeys(
  caller: string,
  options: object,
  checks: Readonly<Record<string, Check>>,
  prefix = '',
): void {
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (rule === undefined) throw unknownOption(caller, key, Object.keys(checks), prefix);
    if (value !== undefined && !rule.accepts(value)) {
      throw invalidOption(caller, prefix + key, rule.wanted, value);
    }
  }
}

export function invalidOption(caller: string, key: string, wanted: string, value: unknown): OtelEventsError {
  const message = `${caller}: option ${key}: wanted ${wanted}, got ${kindOf(value)}`;
  return new OtelEventsError('OPTION_INVALID', message);
}

function unknownOption(
  caller: string,
  key: string,
  known: readonly string[],
  prefix: string,
): OtelEventsError {
  const nearest = nearestName(key, known);
  const fix = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${prefix}${nearest}?`;
  return new OtelEventsError('OPTION_UNKNOWN', `${caller}: there is no option ${prefix}${key}`, { fix });
}
