import type { Comparison } from '../../query/query.ts';
import { packedText } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import { largeInteger } from '../record/large-integer.ts';

type Test = (value: FacetValue) => boolean;

/** What a comparison asks of a value. */
export interface ValueTest {
  readonly fits: Test;
  /** Of numbers: those that may fit lie from `lowest` to `highest`. */
  readonly lowest: number;
  readonly highest: number;
  /** Texts may fit. */
  readonly takesTexts: boolean;
  /** True, false and null may fit. */
  readonly takesFlags: boolean;
  /** The only text that may fit. */
  readonly text: string | undefined;
  /** What is in all texts that fit, as `packedText` gives it. */
  readonly part?: Buffer | undefined;
}

const NO_NUMBER = { lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY };

/** The test of a comparison. */
export function valueTest({ is, value, bare }: Comparison): ValueTest {
  if (is === 'like') return { ...textTest(likePattern(String(value))), part: longestPart(String(value)) };
  if (typeof value === 'string') {
    if (is === '=') return { ...textTest((text) => text === value), text: value };
    return textTest((text) => compare(is, text, value));
  }
  if (typeof value === 'number') return numberTest(is, value, is === '=' ? bare : undefined);
  if (typeof value === 'bigint') return numberTest(is, value, undefined);
  const fits: Test = (found) => is === '=' && found === value;
  return { ...NO_NUMBER, fits, takesTexts: false, takesFlags: is === '=', text: undefined };
}

function textTest(fits: (text: string) => boolean): ValueTest {
  return {
    ...NO_NUMBER,
    fits: (found) => typeof found === 'string' && fits(found),
    takesTexts: true,
    takesFlags: false,
    text: undefined,
  };
}

function numberTest(is: Comparison['is'], value: number | bigint, bare: string | undefined): ValueTest {
  // Of an integer that is no number the nearest one: no other number lies between the two.
  const lowest = is === '=' || is.startsWith('>') ? Number(value) : Number.NEGATIVE_INFINITY;
  const highest = is === '=' || is.startsWith('<') ? Number(value) : Number.POSITIVE_INFINITY;
  const takesLarge = lowest < Number.MIN_SAFE_INTEGER || highest > Number.MAX_SAFE_INTEGER;
  return {
    fits: (found) => {
      if (typeof found === 'number') return compare(is, found, value);
      if (bare !== undefined && found === bare) return true;
      const large = takesLarge ? largeInteger(found) : undefined;
      return large !== undefined && compare(is, large, value);
    },
    lowest,
    highest,
    takesTexts: bare !== undefined || takesLarge,
    takesFlags: false,
    text: bare,
  };
}

/** Integers and numbers are compared by what they are, whichever holds them. */
function compare<T extends string | number | bigint>(is: Comparison['is'], found: T, value: T): boolean {
  if (is === '=') return found <= value && found >= value;
  if (is === '<') return found < value;
  if (is === '<=') return found <= value;
  return is === '>' ? found > value : found >= value;
}

function longestPart(pattern: string): Buffer | undefined {
  const longest = pattern.split('*').reduce((one, other) => (other.length > one.length ? other : one));
  return longest === '' ? undefined : packedText(longest);
}

/** By hand, not by a regular expression: one of many `*` may take forever. */
function likePattern(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  const first = parts[0] as string;
  if (parts.length === 1) return (text) => text === first;
  const last = parts.at(-1) as string;
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
