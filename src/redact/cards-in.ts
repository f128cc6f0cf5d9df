import type { TextSpan } from './text-span.ts';

/** Digits that stand together, and what stands before them. */
interface Group {
  readonly start: number;
  readonly digits: string;
  readonly separator: string;
}

/** The first digits of an issuer's cards, and how many digits they have. @see ISO/IEC 7812-1 and the issuers' own lists */
const ISSUERS: readonly (readonly [name: string, first: RegExp, lengths: readonly number[]])[] = [
  ['Visa', /^4/, [13, 16, 19]],
  ['Mastercard', /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  ['American Express', /^3[47]/, [15]],
  ['Diners Club', /^(?:30[0-5]|3095|36|3[89])/, [14]],
  ['Discover', /^(?:6011|64[4-9]|65)/, [16, 19]],
  ['JCB', /^35(?:2[89]|[3-8])/, [16, 19]],
  ['UnionPay', /^62/, [16, 19]],
  ['Maestro', /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [16, 18, 19]],
  ['Verve', /^(?:506[01]|6500)/, [16, 18, 19]],
  ['Mir', /^220[0-4]/, [16]],
  ['RuPay', /^(?:508|60|8[12])/, [16]],
  ['Elo, Hipercard', /^(?:5067|509|627780|636297|636368|606282)/, [16]],
  ['Dankort, Troy, Uzcard, Humo', /^(?:5019|9792|8600|9860)/, [16]],
];

const MOST_DIGITS = 19;

/** The most digits that a telephone number has behind its `+`. @see ITU-T E.164 */
const PHONE_DIGITS = 15;

/** A UUID, or a hash in hexadecimal digits. */
const HASH =
  /(?<![\da-wyz])(?:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|(?=[\da-f]{20})(?:\d*[a-f]){4}[\da-f]*)(?![\da-z])/gi;

/** A hash may begin so many characters before a number in it, and end as many behind it. */
const LONGEST_HASH = 128;

/**
 * Where card numbers stand in groups of digits with separators between.
 * @param index - where in `text` the groups were found
 */
export function cardsIn(found: string, index: number, text: string): readonly TextSpan[] {
  const groups = groupsOf(found);
  const spans: TextSpan[] = [];
  for (let first = 0; first < groups.length; first++) {
    const last = mayBegin(groups, first) ? lastOfCard(groups, first) : undefined;
    if (last === undefined) continue;
    const { start } = groups[first] as Group;
    const { start: lastStart, digits } = groups[last] as Group;
    const end = lastStart + digits.length;
    first = last;
    if (!isInHash(text, index + start, index + end)) spans.push([start, end]);
  }
  return spans;
}

function isInHash(text: string, start: number, end: number): boolean {
  // It is longer than a number, so that it goes on before or behind it.
  if (!/[\da-f-]/i.test(text.slice(Math.max(0, start - 1), start) + text.slice(end, end + 1))) return false;
  const from = Math.max(0, start - LONGEST_HASH);
  const around = text.slice(from, end + LONGEST_HASH);
  for (const { 0: hash, index } of around.matchAll(HASH)) {
    if (from + index < end && from + index + hash.length > start) return true;
  }
  return false;
}

function groupsOf(found: string): Group[] {
  const groups: Group[] = [];
  // The digits of a space that is written `%20` are none of a group.
  const plain = found.replaceAll('%20', '%  ');
  let end = 0;
  for (const { 0: digits, index } of plain.matchAll(/\d+/g)) {
    groups.push({ start: index, digits, separator: plain.slice(end, index) });
    end = index + digits.length;
  }
  return groups;
}

/** A quick look: in a long list of numbers most groups are too short, or begin as no issuer's. */
function mayBegin(groups: readonly Group[], first: number): boolean {
  const { digits } = groups[first] as Group;
  const isLongEnough = first === 0 || digits.length >= 13 || digits.length % 4 === 0 || digits.length === 6;
  return isLongEnough && !/^[017]/.test(digits);
}

/** The last group of the longest card number that begins with a group. */
function lastOfCard(groups: readonly Group[], first: number): number | undefined {
  let digits = '';
  let last: number | undefined;
  for (let at = first; at < groups.length; at++) {
    digits += (groups[at] as Group).digits;
    if (digits.length > MOST_DIGITS) break;
    if (isCard(digits) && isWritten(groups, first, at)) last = at;
  }
  return last;
}

function isCard(digits: string): boolean {
  const isIssued = ISSUERS.some(
    ([, first, lengths]) => lengths.includes(digits.length) && first.test(digits),
  );
  return isIssued && hasCheckDigit(digits) && !isArticle(digits);
}

/** Whether groups stand as those of a card do, and are not the halves of a decimal number, nor a telephone number. */
function isWritten(groups: readonly Group[], first: number, last: number): boolean {
  const card = groups.slice(first, last + 1);
  const { separator } = card[0] as Group;
  if (card.length === 1) {
    const isFraction = first > 0 && separator === '.';
    const isPhone = separator === '+' && (card[0] as Group).digits.length <= PHONE_DIGITS;
    return !isFraction && !isPhone;
  }
  if (card.length === 2 && card[1]?.separator === '.') return false;
  const sizes = card.map(({ digits }) => digits.length);
  return isUsual(sizes) || (card.length === groups.length && isEven(sizes));
}

/** By fours, as on most cards; as on American Express and Diners Club; the issuer's six digits and the rest. */
function isUsual(sizes: readonly number[]): boolean {
  const rest = sizes.at(-1) as number;
  const areFours =
    sizes.slice(0, -1).every((size) => size === 4 || size === 8) && (rest <= 4 || rest % 4 === 0);
  return areFours || /^(?:4,6,[45]|6,\d+)$/.test(sizes.join());
}

/** Digit by digit, in pairs and so on: only if nothing stands beside it, since any list of numbers looks like that. */
function isEven(sizes: readonly number[]): boolean {
  const [size = 0] = sizes;
  return size <= 6 && sizes.slice(0, -1).every((each) => each === size) && (sizes.at(-1) as number) <= size;
}

/** The Luhn algorithm: from the right each second digit counts twice. @see ISO/IEC 7812-1 */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const counted = index % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/** The 13 digits of an article, whose check digit is another one. @see GS1 General Specifications, "GTIN-13" */
function isArticle(digits: string): boolean {
  if (digits.length !== 13) return false;
  const sum = Array.from(digits, Number).reduce(
    (all, digit, at) => all + (at % 2 === 0 ? digit : digit * 3),
    0,
  );
  return sum % 10 === 0;
}
