import { addressesIn } from './addresses-in.ts';
import { cardsIn } from './cards-in.ts';
import type { TextSpan } from './text-span.ts';

/** What text is looked for in the values of events. */
export interface RedactPattern {
  /** What `stats()` calls it. Default: the regular expression. */
  readonly name?: string;
  readonly pattern: RegExp;
  /** A quick look: whether the pattern can find anything in a text. */
  readonly mayBeIn?: (text: string) => boolean;
  /** A closer look at what the pattern found. */
  readonly accepts?: (found: string) => boolean;
  /**
   * The parts of what the pattern found that go, in order and apart from each other. Default: all of it.
   * @param index - where in `text` it was found
   */
  readonly within?: (found: string, index: number, text: string) => readonly TextSpan[];
  /** The pattern takes time in proportion to the text, whatever the text is: nobody has to look at the clock. */
  readonly linear?: boolean;
}

/**
 * E-mail addresses, however long, in every script, also with `%40` for the `@`. The domain has a dot and ends as
 * domains do, or it is `localhost`: `react@18.2.0` and `actions/checkout@v4` are no addresses. The pattern finds words
 * with an `@` as a whole, each once, so that the time stays in proportion to the text.
 */
export const EMAIL: RedactPattern = {
  name: 'EMAIL',
  pattern:
    /(?<![\p{L}\p{M}\p{N}_.!$%'*+^~@-])[\p{L}\p{M}\p{N}_.!$%'*+^~-]*?(?:@|%40)[\p{L}\p{M}\p{N}_.!$%'*+^~@[\]-]*/gu,
  mayBeIn: (text) => text.includes('@') || text.includes('%40'),
  within: addressesIn,
  linear: true,
};

/**
 * Numbers of payment cards, in text and as numbers: the first digits of an issuer, as many digits as its cards have,
 * the right check digit; in groups too, with spaces, dashes or dots between. A number begins and ends where a group
 * of digits does, whatever other groups stand beside it, but not in a UUID or a hexadecimal hash. The pattern finds rows
 * of groups.
 */
export const CARD: RedactPattern = {
  name: 'CARD',
  pattern: /(?<!\d)\+?\d(?:(?:[^\S\r\n\t]|[._+\u00ad\u200b\u2060\u2010-\u2015\u2212-]|%20){0,3}\d){12,}/g,
  within: cardsIn,
  linear: true,
};

/**
 * IPv4 addresses. Four numbers behind `Chrome/`, `version`, `v` or their like, and those of a file's name such as
 * `tool-1.2.3.4.zip`, are a version.
 */
export const IPV4: RedactPattern = {
  name: 'IPV4',
  pattern:
    /(?=\d)(?<!\d)(?<!\d\.)(?<!(?<![/\w.-])(?:[A-Z][\w.-]{0,40}|chrome|chromium|headlesschrome|edga?|edgios|opr|safari|crios|version|electron)\/)(?<!(?<![A-Za-z])(?:(?:(?:[Ff]ile|[Aa]ssembly|[Pp]roduct|[Aa]pp|[Bb]rowser)?[_-]?[Vv]ersion|[Bb]uild|[Vv]er\.?)(?:\\?["'])?\s{0,2}[:=]?\s{0,2}|[Rr]?[Vv][:=]?)(?:\\?["'])?)(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|[01]?\d?\d)){3}(?!\d)(?!\.\d)(?!\.(?:tgz|tar|zip|jar|war|whl|nupkg|deb|rpm|exe|msi|dmg|apk|gem|dll)\b)/g,
  linear: true,
};
