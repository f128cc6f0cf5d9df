/** What text is looked for in the values of events. */
export interface RedactPattern {
  readonly pattern: RegExp;
  /** A closer look at what the pattern found. */
  readonly accepts?: (found: string) => boolean;
  /** The pattern takes time in proportion to the text, whatever the text is: nobody has to look at the clock. */
  readonly linear?: boolean;
}

/** E-mail addresses. */
export const EMAIL: RedactPattern = {
  pattern:
    /(?<![\p{L}\p{N}_.!#$%&'*+/=?^`{|}~-])[\p{L}\p{N}_.!#$%&'*+/=?^`{|}~-]{1,128}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}/gu,
  linear: true,
};

/** Numbers of payment cards: 13 to 19 digits, with single spaces or dashes between, whose check digit is right. */
export const CARD: RedactPattern = {
  pattern: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
  accepts: hasCheckDigit,
  linear: true,
};

/** IPv4 addresses. */
export const IPV4: RedactPattern = {
  pattern: /(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.]*\d)/g,
  linear: true,
};

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
