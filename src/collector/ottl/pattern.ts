import { createRequire } from 'node:module';
import type * as Re2 from 're2js';

/** A match: the text of each group, 0 the whole; undefined for one that took no part. */
export type Groups = readonly (string | undefined)[];

const require = createRequire(import.meta.url);

/** A pattern of such characters is the text that it finds. */
const LITERAL = /^[\w \-:;,@#%&=!'"<>/~`]+$/;

/** `$name`, `${name}` and `$$` in a replacement; a `$` before anything else is one. */
const REFERENCE = /\$(?:(\$)|(\w+)|\{(\w+)\})/g;

/**
 * A regular expression in RE2's syntax, which is Go's. It takes time in proportion to the text, whatever the pattern is:
 * both come from other people.
 */
export class Pattern {
  readonly #regexp: Re2.RE2JS;
  /** The text that it finds, where there is no more to it: to look for that is a hundred times as fast. */
  readonly #literal: string | undefined;
  /** The names of groups by number; undefined of those without. */
  readonly names: readonly (string | undefined)[];

  /** @throws Error whose message says what is wrong with the pattern, without the pattern: that can be a secret */
  constructor(source: string) {
    // Loaded when there is a pattern: most configurations have none.
    const { RE2JS } = require('re2js') as typeof Re2;
    try {
      this.#regexp = RE2JS.compile(source);
    } catch (cause) {
      throw new Error((cause as { error?: string }).error ?? 'it is too large');
    }
    const names: (string | undefined)[] = Array.from(
      { length: this.#regexp.groupCount() + 1 },
      () => undefined,
    );
    this.#literal = LITERAL.test(source) ? source : undefined;
    for (const [name, group] of Object.entries(this.#regexp.namedGroups())) names[group] = name;
    this.names = names;
  }

  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    return this.#literal === undefined ? this.#regexp.test(text) : text.includes(this.#literal);
  }

  /** The first match. */
  groups(text: string): Groups | undefined {
    const matcher = this.#regexp.matcher(text);
    return matcher.find() ? this.#groupsOf(matcher) : undefined;
  }

  /** The text with each match replaced; undefined where there is none. */
  replace(text: string, replacementOf: (groups: Groups) => string): string | undefined {
    const literal = this.#literal;
    if (literal !== undefined) return replaceLiteral(text, literal, replacementOf);
    if (!this.test(text)) return undefined;
    const matcher = this.#regexp.matcher(text);
    let out = '';
    let end = 0;
    let hasMatched = false;
    while (matcher.find()) {
      // As in Go: nothing is found again where a match has just ended.
      if (hasMatched && matcher.start() === end && matcher.end() === end) continue;
      out += text.slice(end, matcher.start()) + replacementOf(this.#groupsOf(matcher));
      end = matcher.end();
      hasMatched = true;
    }
    return out + text.slice(end);
  }

  /** A replacement with what the groups of a match hold; groups that are not there are empty. */
  expand(replacement: string, groups: Groups): string {
    if (!replacement.includes('$')) return replacement;
    return replacement.replace(REFERENCE, (_found, dollar, plain, braced) => {
      if (dollar !== undefined) return '$';
      const name: string = plain ?? braced;
      const number = /^\d+$/.test(name) ? Number(name) : this.names.indexOf(name);
      return groups[number] ?? '';
    });
  }

  #groupsOf(matcher: Re2.Matcher): (string | undefined)[] {
    return this.names.map((_name, group) => matcher.group(group) ?? undefined);
  }
}

/** To split the text and to join the pieces again takes longer (measured, Node 24), for the one match that there mostly is. */
function replaceLiteral(
  text: string,
  literal: string,
  replacementOf: (groups: Groups) => string,
): string | undefined {
  let found = text.indexOf(literal);
  if (found < 0) return undefined;
  const replacement = replacementOf([literal]);
  let out = '';
  let end = 0;
  for (; found >= 0; found = text.indexOf(literal, end)) {
    out += text.slice(end, found) + replacement;
    end = found + literal.length;
  }
  return out + text.slice(end);
}
