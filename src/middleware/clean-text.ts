import { firstUnits } from '../first-units.ts';

/** Most characters that a value from outside may bring into a context. */
export const MAX_FIELD_LENGTH = 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Printable ASCII, no space at the ends. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

/** A value from outside, fit for an event: cut, one line, no control characters; undefined if nothing is left. */
export function cleanText(value: string | undefined, maxLength = MAX_FIELD_LENGTH): string | undefined {
  if (value === undefined) return undefined;
  const short = firstUnits(value, maxLength);
  // Nearly always.
  if (short === value && PLAIN.test(value)) return value;
  const text = short.replace(CONTROLS, ' ').toWellFormed().trim();
  return text === '' ? undefined : text;
}
