import { OtelEventsError } from '../../errors.ts';

/** `QUERY_INVALID`. */
export class QueryError extends OtelEventsError {
  /** Offset into the query, in UTF-16 units. */
  readonly at: number;

  constructor(message: string, at: number) {
    super('QUERY_INVALID', message);
    this.at = at;
  }
}

/**
 * What is wrong with a query, and where: the query with a mark below the character.
 * @param at - offset into `text`, in UTF-16 units
 */
export function queryError(text: string, at: number, message: string): QueryError {
  // One line, so that the mark below stands where the character does.
  const line = text.replace(/\s/g, ' ');
  const mark = `${' '.repeat(widthOf(line.slice(0, at)))}^`;
  const said = `at character ${characters(line.slice(0, at)) + 1}: ${message}`;
  return new QueryError(`${said}\n  ${line}\n  ${mark}`, at);
}

function characters(text: string): number {
  return [...text].length;
}

/** Columns of a terminal: East Asian characters and emoji take two, marks that combine none. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Cf}/u.test(character)) continue;
    width +=
      /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|\p{Emoji_Presentation}|[\uFF01-\uFF60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
