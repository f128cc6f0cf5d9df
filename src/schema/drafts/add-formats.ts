import { createRequire } from 'node:module';
import type { Ajv } from 'ajv';
import type { FormatsPlugin } from 'ajv-formats';
import type { PatternCost } from '../../pattern-cost.ts';

type Check = (text: string) => boolean;

/** The longest text that can have a format; of the others, that take time in proportion, there is none. */
const MAX_LENGTHS: Readonly<Record<string, number>> = {
  date: 64,
  time: 64,
  'date-time': 64,
  'iso-time': 64,
  'iso-date-time': 64,
  duration: 256,
  // RFC 5321, section 4.5.3.1: 64 before the sign, 255 after it.
  email: 320,
  // RFC 1035, section 2.3.4, and a point at the end.
  hostname: 254,
  ipv4: 64,
  ipv6: 64,
  uuid: 64,
  regex: 10_000,
};

const TIME =
  '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';

/** `ajv-formats` takes a space for the T, zones without a colon, and minutes of 60. @see RFC 3339, section 5.6 */
const RFC_3339: Readonly<Record<string, RegExp>> = {
  time: new RegExp(`^${TIME}$`),
  'date-time': new RegExp(`^\\d{4}-\\d\\d-\\d\\d[Tt]${TIME}$`),
};

/** Of a name and a port. */
const MAX_HOST_LENGTH = 262;

/** What a check takes for each character: as many steps of a pattern. A regular expression has to be compiled. */
const COST: PatternCost = { degree: 1, factor: 10 };
const REGEX_COST: PatternCost = { degree: 1, factor: 100 };

/**
 * Adds the formats of `ajv-formats`, each of them in time that grows with the length of the text: lengths that no
 * format has are refused before a regular expression sees them, and URLs are taken apart first.
 */
export function addFormats(ajv: Ajv): void {
  const require = createRequire(import.meta.url);
  (require('ajv-formats') as { default: FormatsPlugin }).default(ajv);
  for (const [name, maxLength] of Object.entries(MAX_LENGTHS)) {
    const check = checkOf(ajv, name);
    ajv.addFormat(name, (text) => text.length <= maxLength && check(text));
  }
  for (const [name, form] of Object.entries(RFC_3339)) {
    const check = checkOf(ajv, name);
    ajv.addFormat(name, (text) => form.test(text) && check(text));
  }
  const isShortUrl = checkOf(ajv, 'url');
  ajv.addFormat('url', (text) => isUrl(text, isShortUrl));
}

/** What a check of this format may cost, as a pattern would. */
export function formatCost(name: string): PatternCost {
  return name === 'regex' ? REGEX_COST : COST;
}

/** The check that a format has now: a pattern, a function, or either of them inside. */
function checkOf(ajv: Ajv, name: string): Check {
  const format = ajv.formats[name];
  const inner = typeof format === 'object' && 'validate' in format ? format.validate : format;
  return inner instanceof RegExp ? (text) => inner.test(text) : (inner as Check);
}

/**
 * The pattern for URLs looks for the end of the user's name and password with the square of their length. They
 * are found here: a host stands before a slash or the end, and after the last `@` there, if there is one.
 */
function isUrl(text: string, isShortUrl: Check): boolean {
  const scheme = /^(?:https?|ftp):\/\//i.exec(text)?.[0];
  if (scheme === undefined || /\s/.test(text)) return false;
  return text
    .slice(scheme.length)
    .split('/')
    .some((part, index) => {
      const host = hostIn(part, index === 0);
      return host !== undefined && isShortUrl(`http://${host}`);
    });
}

/** Host and port in a part between slashes; undefined if there can be none. */
function hostIn(part: string, isFirst: boolean): string | undefined {
  const at = part.lastIndexOf('@');
  // A host without a user stands at the start, and a user is not empty.
  if (at < 0 ? !isFirst : isFirst && at === 0) return undefined;
  if (part.length - at > MAX_HOST_LENGTH) return undefined;
  const host = part.slice(at + 1);
  return /^[^:]+(?::\d+)?$/.test(host) ? host : undefined;
}
