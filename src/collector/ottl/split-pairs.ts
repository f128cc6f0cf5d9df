import { StatementFailure } from './failure.ts';

/**
 * Splits a text where the delimiter stands outside of quotes, `"` or `'`; quotes are left out, and so are empty parts.
 * A backslash in front of a quote makes it a character.
 * @throws StatementFailure for a quote that does not end
 */
export function splitPairs(text: string, delimiter: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let isEscaped = false;
  for (let at = 0; at < text.length; at++) {
    if (quote === '' && text.startsWith(delimiter, at)) {
      if (part !== '') parts.push(part);
      part = '';
      at += delimiter.length - 1;
      continue;
    }
    const character = text[at] as string;
    if (!isEscaped && (character === quote || (quote === '' && /["']/.test(character)))) {
      quote = quote === '' ? character : '';
      continue;
    }
    isEscaped = !isEscaped && character === '\\';
    part += character;
  }
  if (quote !== '') throw new StatementFailure('a quote that does not end');
  if (part !== '') parts.push(part);
  return parts;
}
