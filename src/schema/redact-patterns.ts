/** What text is looked for in the values of events. */
export interface RedactPattern {
  readonly pattern: RegExp;
  /** A closer look at what the pattern found. */
  readonly accepts?: (found: string) => boolean;
  /** The pattern takes time in proportion to the text, whatever the text is: nobody has to look at the clock. */
  readonly linear?: boolean;
}

/**
 * E-mail addresses, however long. Several in a row are found as one: a search goes on behind what it has found, in
 * the middle of characters that may stand in front of an `@`. What is in a lookahead is not tried again, so that the
 * time stays in proportion to the text.
 */
export const EMAIL: RedactPattern = {
  pattern:
    /(?<![\p{L}\p{M}\p{N}_.!#$%&'*+/=?^`{|}~-])(?:(?=([\p{L}\p{M}\p{N}_.!#$%&'*+/=?^`{|}~-]+@[\p{L}\p{M}\p{N}-]{1,63}(?:\.[\p{L}\p{M}\p{N}-]{1,63}){0,8}))\1)+/gu,
  linear: true,
};

/**
 * Numbers of payment cards: 13 to 19 digits, with single spaces or dashes between, whose check digit is right; also
 * as numbers. What begins with 1 and has as many digits as a time in milli-, micro- or nanoseconds is none.
 */
export const CARD: RedactPattern = {
  pattern: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
  accepts: (found) => !EPOCH.test(found) && hasCheckDigit(found),
  linear: true,
};

/** IPv4 addresses. */
export const IPV4: RedactPattern = {
  pattern: /(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.]*\d)/g,
  linear: true,
};

/** Of this century until 2033. @see ISO/IEC 7812-1: airlines have numbers with 1 in front, of 15 digits */
const EPOCH = /^1(?:\d{12}|\d{15}|\d{18})$/;

/** The Luhn algorithm: from the right each second digit counts twice. @see ISO/IEC 7812-1 */
function hasCheckDigit(found: string): boolean {
  const digits = found.replace(/\D/g, '');
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const counted = index % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
