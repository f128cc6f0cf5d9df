import type { Condition, Query, TimeRange } from './query.ts';
import { queryError } from './query-error.ts';
import { type Comparing, readComparison } from './read-comparison.ts';
import { anyOf, readField } from './read-field.ts';
import { isRangeName, RANGE_NAMES, readRange } from './read-range.ts';
import { type Mark, type Token, tokenize } from './tokenize.ts';
import { hasWord, NO_WORD, wordComplaint } from './word-complaint.ts';

/** Longer than anybody writes: what is longer is refused before it is read. */
const MAX_LENGTH = 10_000;

/** Parentheses, `-` and `not` inside of each other. */
const MAX_DEPTH = 50;

const COMPARISONS: ReadonlySet<string> = new Set<Mark>(['>', '>=', '<', '<=', '=', '!=']);

/**
 * Reads a query: `name:checkout.* user.id:42 duration:>500ms "card declined" -service:worker (a or b) last:2h`.
 * The grammar is in docs/queries.md.
 * @param nowMs - what `last:2h` ends at; milliseconds of the Unix epoch
 * @throws OtelEventsError `QUERY_INVALID`, with the place in the query and what would be right
 */
export function parseQuery(text: string, nowMs: number): Query {
  if (text.length > MAX_LENGTH) {
    throw queryError(
      text.slice(0, 60),
      60,
      `a query has at most ${MAX_LENGTH} characters, this one has ${text.length}`,
    );
  }
  return new Parser(text, nowMs).query();
}

class Parser {
  readonly #text: string;
  readonly #nowMs: number;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #range: TimeRange = {};
  /** Where a range was said, for complaints about it. */
  #rangeAt: number | undefined;

  constructor(text: string, nowMs: number) {
    this.#text = text;
    this.#nowMs = nowMs;
    this.#tokens = tokenize(text);
  }

  query(): Query {
    const parts = this.#alternatives();
    const rest = this.#peek();
    if (rest.kind !== 'end')
      throw this.#error(rest, `nothing is open that "${rest.text}" could close; take it away`);
    if (parts.length > 1 && this.#rangeAt !== undefined) {
      const message =
        'a range of time holds for the whole query; put what belongs to "or" in parentheses: (a or b) last:2h';
      throw queryError(this.#text, this.#rangeAt, message);
    }
    const wheres = parts.filter((part) => part !== undefined);
    return { where: wheres.length === 0 ? undefined : anyOf(wheres), range: this.#range };
  }

  /** What stands between `or`; a part is undefined where only a range stood. */
  #alternatives(): (Condition | undefined)[] {
    const parts = [this.#conjunction()];
    while (this.#isWord('or')) {
      const or = this.#take();
      if (this.#isAtEnd() || parts.at(-1) === undefined) {
        throw this.#error(
          or,
          '"or" stands between two conditions; write "or" in quotation marks to look for the word',
        );
      }
      parts.push(this.#conjunction());
      if (parts.at(-1) === undefined) throw this.#error(or, '"or" stands between two conditions');
    }
    return parts;
  }

  #conjunction(): Condition | undefined {
    const parts: Condition[] = [];
    while (!this.#isAtEnd() && !this.#isWord('or')) {
      if (this.#isWord('and')) {
        const and = this.#take();
        if (parts.length === 0 || this.#isAtEnd() || this.#isWord('or') || this.#isWord('and')) {
          throw this.#error(and, '"and" stands between two conditions, and may be left out');
        }
        continue;
      }
      const part = this.#unary();
      if (part !== undefined) parts.push(part);
    }
    return parts.length > 1 ? { kind: 'and', parts } : parts[0];
  }

  /** @returns undefined for a range */
  #unary(): Condition | undefined {
    const token = this.#peek();
    if (token.kind === 'mark' && token.text === '-') return this.#denied(token);
    if (this.#isWord('not')) return this.#denied(token);
    if (token.kind === 'mark' && token.text === '(') return this.#group(token);
    if (token.kind === 'word' || token.kind === 'quoted') return this.#term();
    const hint =
      token.text === ':'
        ? 'a name has to stand in front of the colon, as in name:checkout'
        : 'it is not expected here';
    throw this.#error(token, `"${token.text}": ${hint}`);
  }

  #denied(token: Token): Condition {
    this.#take();
    if (this.#isAtEnd()) throw this.#error(token, `"${token.text}" needs something behind it`);
    const part = this.#deeper(token, () => this.#unary());
    // A range has complained of itself.
    return { kind: 'not', part: part as Condition };
  }

  #group(open: Token): Condition {
    this.#take();
    const parts = this.#deeper(open, () => this.#alternatives());
    if (this.#peek().text !== ')' || this.#peek().kind !== 'mark') {
      throw this.#error(open, 'this parenthesis is not closed; write ) where it ends');
    }
    this.#take();
    const wheres = parts.filter((part) => part !== undefined);
    if (wheres.length === 0) throw this.#error(open, 'these parentheses hold nothing');
    return anyOf(wheres);
  }

  #term(): Condition | undefined {
    const name = this.#take();
    const colon = this.#peek();
    if (colon.kind !== 'mark' || colon.text !== ':' || colon.at !== name.end) return this.#words(name);
    this.#take();
    if (name.kind === 'word' && this.#isNoField(name)) return this.#wholeWord(name);
    if (name.kind === 'word' && isRangeName(name.text)) return this.#rangeTerm(name);
    if (name.text === '') throw this.#error(name, 'a field has a name, as in name:checkout');
    const fields = readField(name.text);
    const comparisons = this.#values(name).map((comparing) =>
      anyOf(fields.map((field) => readComparison(this.#text, field, comparing))),
    );
    return anyOf(comparisons);
  }

  /** `https://example.org` and `10:30` are words. */
  #isNoField({ text, end }: Token): boolean {
    const value = this.#peek();
    return (
      value.kind === 'word' && value.at === end + 1 && (value.text.startsWith('//') || /^\d+$/.test(text))
    );
  }

  #wholeWord({ at }: Token): Condition {
    const { end } = this.#take();
    return { kind: 'text', text: this.#text.slice(at, end) };
  }

  #words({ kind, text, at }: Token): Condition {
    const complaint = kind === 'word' ? wordComplaint(text) : undefined;
    if (complaint !== undefined) throw queryError(this.#text, at + complaint.offset, complaint.message);
    if (text.trim() === '')
      throw queryError(this.#text, at, 'words to look for are missing between the quotation marks');
    if (!hasWord(text)) throw queryError(this.#text, at, NO_WORD);
    return { kind: 'text', text };
  }

  /** `a`, `>5`, `a,b`, `1..5`. */
  #values(name: Token): Comparing[] {
    const values: Comparing[] = [];
    do {
      if (values.length > 0) this.#take();
      values.push(this.#value(name));
    } while (
      this.#peek().text === ',' &&
      this.#peek().kind === 'mark' &&
      this.#peek().at === this.#tokens[this.#next - 1]?.end
    );
    return values;
  }

  #value(name: Token): Comparing {
    let is: Comparing['is'] = '=';
    let before = this.#tokens[this.#next - 1] as Token;
    const sign = this.#peek();
    if (sign.kind === 'mark' && COMPARISONS.has(sign.text) && sign.at === before.end) {
      if (sign.text === '!=')
        throw this.#error(sign, `write -${this.#text.slice(name.at, name.end)}:… for what must not be`);
      is = sign.text as Comparing['is'];
      before = this.#take();
    }
    const value = this.#peek();
    if ((value.kind !== 'word' && value.kind !== 'quoted') || value.at !== before.end) {
      const wanted = `a value has to follow, as in ${name.text}:checkout, ${name.text}:>5 or ${name.text}:* for any`;
      throw queryError(this.#text, before.end, wanted);
    }
    this.#take();
    return { is, text: value.text, isQuoted: value.kind === 'quoted', at: value.at };
  }

  #rangeTerm(name: Token): undefined {
    if (this.#depth > 0) {
      throw this.#error(
        name,
        `${name.text}: holds for the whole query; it cannot stand in parentheses or be denied`,
      );
    }
    const { is, text, at } = this.#value(name);
    if (is !== '=')
      throw queryError(
        this.#text,
        at,
        `${name.text}: takes a time alone, as in ${RANGE_NAMES.get(name.text)}`,
      );
    const range = readRange(name.text, text, this.#nowMs);
    if (range === undefined) {
      throw queryError(
        this.#text,
        at,
        `"${text}" is no time for ${name.text}:, which is as in ${RANGE_NAMES.get(name.text)}`,
      );
    }
    for (const end of Object.keys(range) as (keyof TimeRange)[]) {
      if (this.#range[end] === undefined) continue;
      throw this.#error(name, `the range has been said already; take one of them away`);
    }
    this.#range = { ...this.#range, ...range };
    this.#rangeAt = name.at;
    const { fromMs = -Infinity, toMs = Infinity } = this.#range;
    if (fromMs >= toMs) throw this.#error(name, 'the range ends before it begins');
    return undefined;
  }

  #deeper<T>(token: Token, read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#error(token, `a query has at most ${MAX_DEPTH} levels`);
    const value = read();
    this.#depth--;
    return value;
  }

  #isAtEnd(): boolean {
    const { kind, text } = this.#peek();
    return kind === 'end' || (kind === 'mark' && text === ')');
  }

  /** Whether one of the words of the grammar comes: in either case, and not as the name of a field. */
  #isWord(word: string): boolean {
    const { kind, text, end } = this.#peek();
    if (kind !== 'word' || text.toLowerCase() !== word) return false;
    const after = this.#tokens[this.#next + 1];
    return !(after?.kind === 'mark' && after.text === ':' && after.at === end);
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    return this.#tokens[this.#next++] as Token;
  }

  #error({ at }: Token, message: string): Error {
    return queryError(this.#text, at, message);
  }
}
