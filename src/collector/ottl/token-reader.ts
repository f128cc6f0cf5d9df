import { StatementError } from './statement-error.ts';
import { type Token, type TokenKind, tokenize } from './tokenize.ts';

/** Parentheses, lists and maps in each other. */
const MAX_DEPTH = 100;

/** The tokens of a statement, one after the other. */
export class TokenReader {
  readonly #statement: string;
  readonly #tokens: readonly Token[];
  /** Of the next token; may be set back. */
  position = 0;
  #depth = 0;
  /** Nothing that is parsed another way would be less deep. */
  isTooDeep = false;

  /** @throws StatementError */
  constructor(statement: string) {
    this.#statement = statement;
    this.#tokens = tokenize(statement);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.position + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.position++;
    return token;
  }

  isNext(kind: TokenKind, text?: string): boolean {
    const token = this.peek();
    return token.kind === kind && (text === undefined || token.text === text);
  }

  /** Takes a token if it is the next one. */
  take(kind: TokenKind, text: string): boolean {
    const isThere = this.isNext(kind, text);
    if (isThere) this.position++;
    return isThere;
  }

  /** Takes a token that has to be there. @throws StatementError */
  want(kind: TokenKind, text: string): void {
    if (!this.take(kind, text)) throw this.expected(text);
  }

  /** @throws StatementError if anything is left */
  finish(expected: string): void {
    if (this.peek().kind !== 'end') throw this.expected(expected);
  }

  /** Parses what is inside of something else. @throws StatementError if there is too much of that */
  deeper<T>(parse: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      this.isTooDeep = true;
      throw this.error(this.peek().at, `nested more than ${MAX_DEPTH} deep`);
    }
    this.#depth++;
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }

  expected(what: string): StatementError {
    const { kind, text, at } = this.peek();
    const got = kind === 'end' ? 'the end' : kind === 'string' ? 'a string' : text;
    return this.error(at, `expected ${what}, got ${got}`);
  }

  error(at: number, message: string): StatementError {
    return new StatementError(this.#statement, at, message);
  }
}
