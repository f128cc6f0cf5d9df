/** Why a word finds nothing, or not what was meant by it. */
export interface WordComplaint {
  /** Into the word. */
  readonly offset: number;
  readonly message: string;
}

const COMPARISON = /^([\w.[\]]+)(>=|<=|!=|==|>|<|=)(.*)$/;
const SLASHES = /^\/(.+)\/[dgimsuvy]*$/;
/** Signs that no address has, and expressions have. */
const OF_EXPRESSIONS = /\.[*+?]|[\^$\\|]|\[[^\]]*\]/;

/** @param text - of a word as it is written, beside no field */
export function wordComplaint(text: string): WordComplaint | undefined {
  const compared = COMPARISON.exec(text);
  if (compared !== null) return complaintOfComparison(text, compared);
  if (isExpression(text)) return { offset: 0, message: expressionMessage(`"${text}"`) };
  if (text === '*')
    return { offset: 0, message: 'all rows are found without it; for those that have a field write name:*' };
  const star = text.indexOf('*');
  if (star !== -1 && /[\p{L}\p{N}]/u.test(text)) {
    const message = `words are found whole; write body:*${text.replaceAll('*', '')}* for a part of a text, name:${text} for names, or "${text}" for the words`;
    return { offset: star, message };
  }
  return hasWord(text) ? undefined : { offset: 0, message: NO_WORD };
}

export const NO_WORD = 'a word has letters or digits; for other signs write body:*…*, as in body:*%*';

/** Whether there is anything in a text that is found as a word. */
export function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Whether it is written as a regular expression, and no address. */
export function isExpression(text: string): boolean {
  const [, inside] = SLASHES.exec(text) ?? [];
  return inside !== undefined && OF_EXPRESSIONS.test(inside);
}

/** @param quoted - the text, as it is found as what it is */
export function expressionMessage(quoted: string): string {
  return `there are no regular expressions; * stands for any characters of a value, as in name:checkout.* or body:*declined*; write ${quoted} for the text`;
}

/** `duration>500` would look for a word that nobody has. */
function complaintOfComparison(
  text: string,
  [, name = '', sign = '', value]: RegExpExecArray,
): WordComplaint {
  const right = { '=': '', '==': '', '!=': '' }[sign] ?? sign;
  const minus = sign === '!=' ? '-' : '';
  const message = `write ${minus}${name}:${right}${value} to compare, or "${text}" for the words`;
  return { offset: name.length, message };
}
