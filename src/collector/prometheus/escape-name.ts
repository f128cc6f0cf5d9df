/** How a scraper wants names that have other characters than letters, digits, `_` and `:`. */
export type Escaping = 'underscores' | 'dots' | 'values' | 'allow-utf-8';

export const ESCAPINGS: readonly Escaping[] = ['underscores', 'dots', 'values', 'allow-utf-8'];

const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const REPLACED_START = /^\d/;

/** A name as it stands in a scrape: one that has other characters than all versions of Prometheus take is in quotes. */
export function quotedName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `"${escapedText(name)}"`;
}

/** A name in the characters that all versions of Prometheus take; with `allow-utf-8` unchanged. */
export function escapedName(name: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8' || PLAIN_NAME.test(name)) return name;
  if (escaping === 'underscores') return replaced(name, /[^a-zA-Z0-9_:]/gu, () => '_');
  if (escaping === 'dots') {
    return replaced(name, /[^a-zA-Z0-9:]/gu, (char) => (char === '.' ? '_dot_' : '__'));
  }
  const coded = (char: string): string => (char === '_' ? '__' : `_${char.codePointAt(0)?.toString(16)}_`);
  return `U__${replaced(name, /[^a-zA-Z0-9:]/gu, coded)}`;
}

/** A digit at the start is replaced too. */
function replaced(name: string, illegal: RegExp, put: (char: string) => string): string {
  const start = REPLACED_START.test(name) ? put(name.charAt(0)) : '';
  return start + name.slice(start === '' ? 0 : 1).replace(illegal, put);
}

/** The value of a label, as it stands between quotes. */
export function escapedText(text: string): string {
  return /["\\\n]/.test(text)
    ? text.replace(/["\\\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
    : text;
}
