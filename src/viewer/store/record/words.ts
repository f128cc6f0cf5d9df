const BEYOND_ASCII = /[\u0080-\uffff]/;
const MARKS = /\p{M}+/gu;
/** White space beyond ASCII too, such as a no-break space: the tokenizer takes all that is not ASCII for letters. */
const NO_WORD = /[^\p{L}\p{N}\t-\r -~]+/gu;
/** Written without spaces between words: each sign is one. */
const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const BETWEEN_WORDS = /[^a-z0-9\u0080-\uffff]+/;
const LETTER = '[a-z0-9\\u0080-\\uffff]';
const NO_LETTERS = '[^a-z0-9\\u0080-\\uffff]+';
const NOT_SQUASHED = /[^a-z0-9]/;
const ALL_NOT_SQUASHED = /[^a-z0-9]+/g;

/**
 * A text as the index of words takes it, whose tokenizer knows ASCII only: accents are off, letters beyond ASCII small.
 * What is ASCII stays as it is.
 */
export function indexedText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  const letters = text.toLowerCase().normalize('NFD').replace(MARKS, '').toLowerCase();
  return letters.replace(NO_WORD, ' ').replace(SIGNS, ' $& ');
}

/** The words of a text, in order: as the index has them. */
function wordsOf(text: string): string[] {
  return indexedText(text)
    .toLowerCase()
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '');
}

/** How a text is found: by its words, as one id, or both ways. */
export type TextKind = 'words' | 'id' | 'both';

/**
 * A text with a digit and without spaces, from 4 to 79 characters, is an id: `u42`'s like, order numbers, UUIDs. One of
 * letters, digits, `-` and `_` only counts as one word; others, such as `/cart/77`, have their words beside that.
 */
export function textKind(text: string): TextKind {
  const { length } = text;
  if (length < 4 || length > 79) return 'words';
  let hasDigit = false;
  let isPlain = true;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) hasDigit = true;
    else if (code <= 32 || code === 160) return 'words';
    else if (!((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 45 || code === 95)) {
      isPlain = false;
    }
  }
  if (!hasDigit) return 'words';
  return isPlain ? 'id' : 'both';
}

/** In front of ids in the index: a sign that no word has. */
const ID_MARK = '\ue000';

/** An id as the index has it. @param squashed - as {@link squashedId} gives it */
export function indexedId(squashed: string): string {
  return ID_MARK + squashed;
}

/** An id as it is compared: small letters and digits only. */
export function squashedId(id: string): string {
  const small = id.toLowerCase();
  return NOT_SQUASHED.test(small) ? small.replace(ALL_NOT_SQUASHED, '') : small;
}

/** What is asked for by words. */
export class WantedText {
  readonly words: readonly string[];
  /** The id that it may be as a whole. */
  readonly id: string | undefined;
  /** The words one after the other; undefined without any. */
  readonly #phrase: RegExp | undefined;

  constructor(text: string) {
    this.words = wordsOf(text);
    this.#phrase = this.words.length === 0 ? undefined : phraseOf(this.words);
    this.id = textKind(text) === 'words' ? undefined : squashedId(text);
  }

  /** Whether it stands in a text of a row: its words one after the other, or the id that the text is. */
  isIn(text: string): boolean {
    const kind = textKind(text);
    if (kind !== 'words' && this.id !== undefined && squashedId(text) === this.id) return true;
    return kind !== 'id' && this.#phrase?.test(indexedText(text).toLowerCase()) === true;
  }
}

/** Words have none of the signs that mean something in it. A text is not cut into its words for it: it may be long. */
function phraseOf(words: readonly string[]): RegExp {
  return new RegExp(`(?<!${LETTER})${words.join(NO_LETTERS)}(?!${LETTER})`);
}
