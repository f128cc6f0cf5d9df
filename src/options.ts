import type { Agent } from 'node:http';
import { isListOf, MAX_ITEMS } from './bounded-list.ts';
import { OtelEventsError } from './errors.ts';
import { escapeControls } from './escape-controls.ts';
import { firstUnits } from './first-units.ts';
import { isList, kindOf } from './kind-of.ts';
import { nearestName } from './nearest-name.ts';

/** What an option may be. */
export interface Check {
  /** In words, as in `wanted a string`. */
  readonly wanted: string;
  /** May throw: then it is not accepted. */
  readonly accepts: (value: unknown) => boolean;
  /** Of a value that is not accepted: what in it is at fault, where that can be told. May throw. */
  readonly faultIn?: (value: unknown) => OptionFault | undefined;
}

/** What is at fault in an option that is of the right kind as a whole. */
export interface OptionFault {
  /** Behind the option's name: `[2]`, `.name`. Default none. */
  readonly at?: string;
  /** Of what is there. */
  readonly wanted: string;
  /** In words, never a value that may be a secret. */
  readonly got: string;
  readonly fix?: string;
}

/** A check for each option. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

/** How an error says whose options they are. */
export interface OptionPlace {
  /** In front of the message: `eventsApi`. Default none. */
  readonly caller?: string;
  /** In front of each name: `app.`. Default none. */
  readonly prefix?: string;
}

/** What is shown of the name of a member. */
const MAX_SHOWN = 100;

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !isList(value);

/** Accepts a list of which each item is accepted. */
export const listOf =
  (accepts: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    isListOf(value, accepts);

export const text: Check = { wanted: 'a string', accepts: (value) => typeof value === 'string' };
export const filledText: Check = {
  wanted: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const path: Check = { ...filledText, wanted: 'a path that is not empty' };
export const texts: Check = listOfChecked('an array of strings', text);
export const flag: Check = { wanted: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const fn: Check = { wanted: 'a function', accepts: (value) => typeof value === 'function' };
export const headers: Check = mapOfChecked('an object of strings', text);
export const map: Check = {
  wanted: 'an object',
  // What cannot be copied cannot be a default.
  accepts: (value) => isMap(value) && Object.keys({ ...value }).length >= 0,
};
export const httpUrl: Check = {
  wanted: 'an http or https URL',
  accepts: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
export const agent = {
  wanted: 'an agent of node:http or node:https',
  // Those of packages are often no instances of its class.
  accepts: (value: unknown): value is Agent =>
    typeof value === 'object' && value !== null && 'addRequest' in value,
} satisfies Check;

export const whole = (least: number): Check => ({
  wanted: `a whole number, at least ${least}`,
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
});

export const oneOf = (...values: readonly string[]): Check => ({
  wanted: values
    .map((value) => `'${value}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
  accepts: (value) => values.includes(value as string),
  faultIn: (value) => misspelt(value, values),
});

/** A list of which each item is as the check says; an error names the first that is not. */
export function listOfChecked(wanted: string, item: Check): Check {
  return {
    wanted,
    accepts: listOf(item.accepts),
    faultIn: (value) => {
      if (!isList(value) || value.length > MAX_ITEMS) return undefined;
      const index = Array.from(value).findIndex((one) => !isAccepted(item, one));
      return index === -1 ? undefined : faultAt(`[${index}]`, item, value[index]);
    },
  };
}

/** An object of which each member is as the check says; an error names the first that is not. */
export function mapOfChecked(wanted: string, item: Check): Check {
  return {
    wanted,
    accepts: (value) => isMap(value) && Object.values(value).every(item.accepts),
    faultIn: (value) => {
      const found = Object.entries(isMap(value) ? value : {}).find(([, one]) => !isAccepted(item, one));
      return found === undefined ? undefined : faultAt(`.${shownName(found[0])}`, item, found[1]);
    },
  };
}

function faultAt(at: string, check: Check, value: unknown): OptionFault {
  const { wanted } = check;
  const inner = check.faultIn?.(value);
  return inner === undefined ? { at, wanted, got: gotOf(value) } : { ...inner, at: at + (inner.at ?? '') };
}

/** A word is shown only where it is nearly one of those there are: any other may be a secret in the wrong place. */
function misspelt(value: unknown, values: readonly string[]): OptionFault | undefined {
  const nearest = typeof value === 'string' ? nearestName(value, values) : undefined;
  if (nearest === undefined) return undefined;
  return {
    wanted: oneOf(...values).wanted,
    got: `'${escapeControls(String(value))}'`,
    fix: `did you mean '${nearest}'?`,
  };
}

function shownName(name: string): string {
  return escapeControls(firstUnits(name, MAX_SHOWN));
}

/**
 * Checks that options are known, and each of them what it may be; `undefined` always may.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, and `EXPORT_URL_INVALID` for a text that is no URL
 */
export function checkOptions(
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  place: OptionPlace = {},
): void {
  const { prefix = '' } = place;
  const all = prefix === '' ? 'options' : prefix.slice(0, -1);
  if (!isMap(options)) throw invalidOption(all, map.wanted, options, place);
  for (const [key, value] of entriesOf(options, () =>
    invalidOption(all, 'an object that can be read', options, place),
  )) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) throw unknownOption(key, Object.keys(checks), place);
    if (value !== undefined && !isAccepted(check, value))
      throw refusedOption(prefix + key, check, value, place);
  }
}

/**
 * Makes sure that options are known; what they may be is looked at where they are used.
 * @param known - the options, by name; the values do not matter
 * @throws OtelEventsError `OPTION_UNKNOWN`, naming the nearest one, or `OPTION_INVALID`
 */
export function checkNames(
  caller: string,
  options: unknown,
  known: Readonly<Record<string, true>>,
): asserts options is object {
  const names = Object.keys(known);
  if (!isMap(options)) {
    const fix = `it takes ${names.join(', ')}`;
    const message = `${caller}: wanted an object, got ${kindOf(options)}`;
    throw new OtelEventsError('OPTION_INVALID', message, { fix });
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw unknownOption(unknown, names, { caller });
}

/** Those options of a table that were given: absent and undefined are not the same for options with defaults. */
export function givenOf<Options extends object>(
  options: NoInfer<Options>,
  checks: Checks<Options>,
): { -readonly [K in keyof Options]: Options[K] } {
  const names = Object.keys(checks) as (keyof Options)[];
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]])) as Options;
}

/** The error for an option that is something else than wanted; says what kind of value it is, never the value. */
export function invalidOption(
  key: string,
  wanted: string,
  value: unknown,
  { caller }: OptionPlace = {},
): OtelEventsError {
  const isUrl = wanted === httpUrl.wanted;
  const code = isUrl && typeof value === 'string' ? 'EXPORT_URL_INVALID' : 'OPTION_INVALID';
  const fix = isUrl ? urlFix(value) : undefined;
  const message = `${said(caller)}option ${key}: wanted ${wanted}, got ${gotOf(value)}`;
  return new OtelEventsError(code, message, fix === undefined ? {} : { fix });
}

function refusedOption(key: string, check: Check, value: unknown, place: OptionPlace): OtelEventsError {
  const fault = faultOf(check, value);
  if (fault === undefined) return invalidOption(key, check.wanted, value, place);
  const { at = '', wanted, got, fix } = fault;
  const message = `${said(place.caller)}option ${key}${at}: wanted ${wanted}, got ${got}`;
  return new OtelEventsError('OPTION_INVALID', message, fix === undefined ? {} : { fix });
}

function faultOf({ faultIn }: Check, value: unknown): OptionFault | undefined {
  try {
    return faultIn?.(value);
  } catch {
    return undefined;
  }
}

function unknownOption(
  key: string,
  known: readonly string[],
  { caller, prefix = '' }: OptionPlace,
): OtelEventsError {
  const nearest = nearestName(key, known);
  const fix = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${prefix}${nearest}?`;
  return new OtelEventsError('OPTION_UNKNOWN', `${said(caller)}there is no option ${prefix}${key}`, { fix });
}

function said(caller: string | undefined): string {
  return caller === undefined ? '' : `${caller}: `;
}

/** A getter or a proxy may throw. */
function entriesOf(options: object, unreadable: () => OtelEventsError): [string, unknown][] {
  try {
    return Object.entries({ ...options });
  } catch {
    throw unreadable();
  }
}

function isAccepted({ accepts }: Check, value: unknown): boolean {
  try {
    return accepts(value);
  } catch {
    return false;
  }
}

/** Without the value: a URL may hold a password. */
function urlFix(value: unknown): string | undefined {
  if (value instanceof URL) return 'give its text: url.href';
  if (typeof value !== 'string') return undefined;
  return /^https?:/i.test(value) ? 'check what follows http://' : 'begin it with http:// or https://';
}

function gotOf(value: unknown): string {
  if (typeof value === 'number') return `the number ${value}`;
  const isLong = isList(value) && value.length > MAX_ITEMS;
  return isLong ? `an array of more than ${MAX_ITEMS} items` : kindOf(value);
}
